package dev.strait.rpc.touchpoint;

import io.grpc.CallOptions;
import io.grpc.stub.InternalClientCalls;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Tells which kind of stub made a call. */
public final class StubKind {
  /** Where blocking stubs let callbacks wait for their own thread; null if it is not known. */
  private static final @Nullable Class<?> QUEUE = queue();

  private StubKind() {}

  private static @Nullable Class<?> queue() {
    try {
      return Class.forName(
          "io.grpc.stub.ClientCalls$ThreadlessExecutor",
          false,
          InternalClientCalls.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      return null;
    }
  }

  /**
   * Whether this is the queue that a blocking stub passes as its executor, which runs nothing on
   * the thread that adds to it.
   */
  public static boolean isOwnQueue(@Nullable Executor executor) {
    return executor != null && executor.getClass() == QUEUE;
  }

  /** Whether a blocking stub made the call, so that its thread waits for the reply. */
  public static boolean isBlocking(CallOptions options) {
    // Calls that no stub made have no kind, which getStubType does not expect.
    return options.getOption(InternalClientCalls.getStubTypeOption()) != null
        && InternalClientCalls.getStubType(options) == InternalClientCalls.StubType.BLOCKING;
  }
}
