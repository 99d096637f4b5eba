package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc;
import io.grpc.ManagedChannel;

/** A client process that makes one call, says so, and ends. */
final class FirstCall {
  static final String ANSWERED = "answered";

  private FirstCall() {}

  /**
   * Makes the call.
   *
   * @param args the name of the contender and the address of its server
   */
  public static void main(String[] args) {
    ManagedChannel channel = Contender.named(args[0]).channel(args[1]).build();
    if (EchoGrpc.newBlockingStub(channel).echo(Payloads.SMALL).equals(Payloads.SMALL)) {
      System.out.println(ANSWERED);
    }
    System.exit(0);
  }
}
