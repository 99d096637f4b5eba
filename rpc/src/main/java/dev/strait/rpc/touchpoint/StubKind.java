package dev.strait.rpc.touchpoint;

import io.grpc.CallOptions;
import io.grpc.stub.InternalClientCalls;

/** Tells which kind of stub made a call. */
public final class StubKind {
  private StubKind() {}

  /** Whether a blocking stub made the call, so that its thread waits for the reply. */
  public static boolean isBlocking(CallOptions options) {
    // Calls that no stub made have no kind, which getStubType does not expect.
    return options.getOption(InternalClientCalls.getStubTypeOption()) != null
        && InternalClientCalls.getStubType(options) == InternalClientCalls.StubType.BLOCKING;
  }
}
