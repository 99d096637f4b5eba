package dev.strait.examples.sidecar;

import dev.strait.examples.ExampleAddress;
import dev.strait.examples.proto.GreeterGrpc;
import dev.strait.examples.proto.Name;
import dev.strait.rpc.IpcChannelBuilder;
import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A helper process that is started, called, killed and started again, through one channel.
 *
 * <p>While there is no helper, a call fails at once with UNAVAILABLE, or waits for the next one if
 * it says {@code withWaitForReady}. The channel finds the new helper by itself.
 *
 * <p>Argument: the address, {@code pipe:/tmp/pipes} for instance; by default a socket in a new
 * temporary directory.
 */
public final class Sidecar {
  private static final Name ADA = Name.newBuilder().setName("Ada").build();

  private Sidecar() {}

  /** Prints what the helper answers before and after its death. */
  public static void main(String[] args) throws IOException, InterruptedException {
    IpcAddress address = ExampleAddress.of(args);
    ManagedChannel channel = IpcChannelBuilder.forAddress(address).build();
    try (HelperProcess first = HelperProcess.start(address)) {
      System.out.println("the first helper: " + greetWhenReady(channel));
      first.kill();
    }
    try {
      String greeting = GreeterGrpc.newBlockingStub(channel).greet(ADA).getText();
      System.out.println("a dead helper should not say " + greeting);
    } catch (StatusRuntimeException e) {
      System.out.println("no helper: " + e.getStatus().getCode());
    }
    try (HelperProcess second = HelperProcess.start(address)) {
      System.out.println("the second helper: " + greetWhenReady(channel));
    }
    channel.shutdownNow();
  }

  /** The helper may still be on its way up. */
  private static String greetWhenReady(ManagedChannel channel) {
    return GreeterGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .greet(ADA)
        .getText();
  }
}
