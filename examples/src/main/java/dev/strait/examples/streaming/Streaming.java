package dev.strait.examples.streaming;

import static dev.strait.examples.streaming.NumbersService.number;

import dev.strait.examples.ExampleAddress;
import dev.strait.examples.proto.Number;
import dev.strait.examples.proto.NumbersGrpc;
import dev.strait.rpc.IpcChannelBuilder;
import dev.strait.rpc.IpcServerBuilder;
import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * The four kinds of call, with flow control: a sender asks {@code isReady} and goes on at {@code
 * onReady} ({@link SendingCall}, {@link NumbersService}), a receiver asks for one message at a time
 * ({@link ReceivingCall}). However much is sent, little of it is ever in memory.
 *
 * <p>Argument: the address, {@code pipe:/tmp/pipes} for instance; by default a socket in a new
 * temporary directory.
 */
public final class Streaming {
  private static final int MANY = 100_000;

  private Streaming() {}

  /** Prints what each call brought back. */
  public static void main(String[] args) throws IOException {
    IpcAddress address = ExampleAddress.of(args);
    Server server =
        IpcServerBuilder.forAddress(address).addService(new NumbersService()).build().start();
    ManagedChannel channel = IpcChannelBuilder.forAddress(address).build();
    NumbersGrpc.NumbersStub stub =
        NumbersGrpc.newStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);

    Number square = NumbersGrpc.newBlockingStub(channel).square(number(12));
    System.out.println("unary: 12 squared is " + square.getValue());

    ReceivingCall count = new ReceivingCall();
    stub.count(number(MANY), count);
    System.out.println("server streaming: 1 to 100000 came, their sum is " + count.sum.join());

    SendingCall sum = new SendingCall(MANY);
    stub.sum(sum);
    long total = sum.replies.join().get(0).getValue();
    System.out.println("client streaming: 1 to 100000 went, their sum is " + total);

    SendingCall running = new SendingCall(4);
    stub.runningSum(running);
    System.out.println(
        "bidirectional streaming: the sums of 1 to 4 are "
            + running.replies.join().stream().map(Number::getValue).toList());

    channel.shutdownNow();
    server.shutdownNow();
  }
}
