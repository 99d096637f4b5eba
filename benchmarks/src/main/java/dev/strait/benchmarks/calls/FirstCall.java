package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc;
import io.grpc.ManagedChannel;
import java.io.IOException;

/** A client process that makes one call, says so, and ends. */
final class FirstCall {
  static final String ANSWERED = "answered";

  private FirstCall() {}

  /**
   * Makes the call.
   *
   * @param args the name of the contender and the address of its server
   */
  public static void main(String[] args) throws IOException {
    Contender contender = Contender.named(args[0]);
    String address = args[1];
    if (contender.inThisProcess()) {
      address = CallHost.start(contender, Demands.NONE).address();
    }
    ManagedChannel channel = contender.channel(address).build();
    if (EchoGrpc.newBlockingStub(channel).echo(Payloads.SMALL).equals(Payloads.SMALL)) {
      System.out.println(ANSWERED);
    }
    System.exit(0);
  }
}
