package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A call that came, from its first callback to its terminal one: finds the handler, runs its
 * callbacks in order, and keeps the call's {@link Context}.
 */
final class IncomingCall implements ServerStream.Call {
  /** The first event: the handler is to be started. */
  private static final Object START = new Object();

  private final IncomingCalls calls;
  private final String methodName;
  private final boolean oneWay;
  private final Metadata metadata;
  private final @Nullable Deadline deadline;
  private final ServerStream stream = new ServerStream(this);

  private volatile Context.@Nullable CancellableContext context;
  private volatile @Nullable Status cancelledWith;
  private volatile @Nullable Executor executor; // null for the thread that reads
  private volatile @Nullable Throwable choiceFailed;
  private volatile @Nullable ServerMethodDefinition<?, ?> method; // once looked up for the choice
  private volatile boolean mayStart; // before the executor has it

  @GuardedBy("this")
  private boolean counted;

  // Used by callbacks only.
  private @Nullable IpcServerCall<?, ?> call;
  private @Nullable ServerTracing tracing;

  IncomingCall(
      IncomingCalls calls,
      String methodName,
      Metadata metadata,
      long timeoutNanos,
      boolean oneWay) {
    this.oneWay = oneWay;
    this.calls = calls;
    this.executor = calls.dispatcher().executor();
    this.methodName = methodName;
    this.metadata = metadata;
    this.deadline =
        timeoutNanos == Long.MAX_VALUE || timeoutNanos < 0
            ? null // A u64 beyond what counts here is as good as none.
            : Deadline.after(timeoutNanos, TimeUnit.NANOSECONDS, dispatcher().deadlineTicker());
  }

  /** The stream, whose handler waits. */
  ServerStream accept() {
    stream.callbacks.hold();
    stream.bind(connection(), dispatcher().hosted().maxMessageBytes());
    stream.callbacks.add(START);
    return stream;
  }

  @Override
  public void begin() throws StreamException {
    boolean beginsNow;
    synchronized (this) {
      beginsNow = dispatcher().limit().begin(this);
      counted = true;
    }
    if (beginsNow) {
      proceed();
    }
  }

  /** The handler counts no more: it closes the call, or has had its last callback. */
  void leave() {
    synchronized (this) {
      if (!counted) {
        return;
      }
      counted = false;
    }
    dispatcher().limit().end(this);
  }

  /** Who makes it, as far as its connection knows. */
  long uid() {
    return connection().uid();
  }

  /** The handler may begin. */
  void proceed() {
    if (calls.hold(this)) {
      return;
    }
    ServerCallExecutorSupplier supplier = dispatcher().hosted().executorSupplier();
    if (supplier == null) {
      release();
    } else {
      chooseExecutor(supplier);
    }
  }

  private void release() {
    mayStart = true;
    stream.callbacks.proceed();
  }

  /** Asks where the handler is to run, and only then lets it begin. */
  private void chooseExecutor(ServerCallExecutorSupplier supplier) {
    Runnable choice =
        () -> {
          try {
            method = dispatcher().lookup(methodName);
            executor = chosenBy(supplier, method);
          } catch (Throwable e) {
            choiceFailed = e;
          }
          release();
        };
    Executor first = executor;
    // Not from here, which may be the thread that decodes.
    connection()
        .reading()
        .execute(
            first == null
                ? choice
                : () -> Schedulers.execute(choice, first, dispatcher().fallbackExecutor()));
  }

  private @Nullable Executor chosenBy(
      ServerCallExecutorSupplier supplier, @Nullable ServerMethodDefinition<?, ?> known) {
    if (known == null) {
      return executor;
    }
    IpcServerCall<?, ?> asked = new IpcServerCall<>(this, known.getMethodDescriptor());
    Executor chosen = supplier.getExecutor(asked, metadata);
    return chosen == null ? executor : Schedulers.unlessDirect(chosen);
  }

  String methodName() {
    return methodName;
  }

  /** Whether the caller wants to hear nothing but that the call is over. */
  boolean isOneWay() {
    return oneWay;
  }

  Connection connection() {
    return calls.connection();
  }

  private Dispatcher dispatcher() {
    return calls.dispatcher();
  }

  /** Who hears of the call; null if nobody does. Used by callbacks only. */
  @Nullable ServerTracing tracing() {
    return tracing;
  }

  ServerStream stream() {
    return stream;
  }

  boolean isCancelled() {
    return cancelledWith != null;
  }

  Attributes attributes() {
    return calls.attributes();
  }

  /** Ends the call from this side, before or instead of a close. Any thread. */
  void cancel(Status reason) {
    CancelCode code =
        switch (reason.getCode()) {
          case DEADLINE_EXCEEDED -> CancelCode.DEADLINE_EXCEEDED;
          case RESOURCE_EXHAUSTED -> CancelCode.LIMIT_EXCEEDED;
          case CANCELLED -> CancelCode.CANCELLED;
          default -> CancelCode.INTERNAL_ERROR;
        };
    String text = reason.getDescription();
    connection().calls().cancel(stream, code, text == null ? code.name() : text);
    stream.cancel(reason);
  }

  // For the stream.

  @Override
  public boolean isInline() {
    return executor == null;
  }

  @Override
  public void dispatch(CallbackQueue callbacks) {
    Executor own = executor;
    // What ends before it may start runs nothing of the application's, and is kept by nobody.
    if (own == null || !mayStart) {
      callbacks.runInTurns();
    } else {
      Schedulers.execute(callbacks, own, dispatcher().fallbackExecutor());
    }
  }

  @Override
  public void cancelled(Status reason) {
    cancelledWith = reason;
    calls.remove(this);
    synchronized (this) {
      // Its place among those that wait is free now, not only when its executor gets round to it.
      counted = counted && !dispatcher().limit().withdraw(this);
    }
    Context.CancellableContext running = context;
    if (running != null) {
      connection().reading().execute(() -> running.cancel(reason.asRuntimeException()));
    }
  }

  @Override
  public void deliver(Object event) {
    if (event == START) {
      start();
    } else if (event == ServerStream.COMPLETED || event instanceof ServerStream.Cancelled) {
      finish(event);
    } else {
      callback(event);
    }
  }

  private void start() {
    try {
      if (deadline != null) {
        TimeoutEntry.put(metadata, deadline);
      }
      tracing = dispatcher().newTracing(methodName, metadata);
      Context.CancellableContext running = newContext();
      context = running;
      Status already = cancelledWith;
      if (already != null) {
        running.cancel(already.asRuntimeException());
        return;
      }
      Context previous = running.attach();
      try {
        startIn(running);
      } finally {
        running.detach(previous);
      }
    } catch (Throwable e) {
      handlerThrew(e);
      closeAfterThrow(Status.fromThrowable(e).withCause(null));
    }
  }

  private Context.CancellableContext newContext() {
    ServerTracing traced = tracing;
    Context root = calls.context();
    Context base = traced == null ? root : traced.filter(root);
    return deadline == null
        ? base.withCancellation()
        : base.withDeadline(deadline, dispatcher().scheduler());
  }

  private void startIn(Context.CancellableContext running) throws Throwable {
    if (deadline != null) {
      running.addListener(this::onContextCancelled, Runnable::run);
    }
    if (choiceFailed != null) {
      throw choiceFailed;
    }
    ServerMethodDefinition<?, ?> known = method;
    if (known == null) {
      known = dispatcher().lookup(methodName);
    }
    if (known == null) {
      close(Status.UNIMPLEMENTED.withDescription("Method not found: " + methodName));
    } else {
      startHandler(known);
    }
  }

  private void handlerThrew(Throwable thrown) {
    Log.warn("the handler of " + Escape.text(methodName) + " threw on " + connection(), thrown);
  }

  private <ReqT, RespT> void startHandler(ServerMethodDefinition<ReqT, RespT> method) {
    ServerTracing traced = tracing;
    IpcServerCall<ReqT, RespT> started = new IpcServerCall<>(this, method.getMethodDescriptor());
    call = started;
    if (traced != null) {
      traced.started(started);
    }
    started.listener(method.getServerCallHandler().startCall(started, metadata));
  }

  private void callback(Object event) {
    IpcServerCall<?, ?> running = call;
    Context in = context;
    if (running == null || in == null) {
      if (event instanceof InboundMessage message) {
        stream.consumed(message.release());
      }
      return;
    }
    Context previous = in.attach();
    try {
      running.callback(event);
    } catch (Throwable e) {
      handlerThrew(e);
      running.abortUnlessClosed(Status.UNKNOWN.withDescription("Application error processing RPC"));
    } finally {
      in.detach(previous);
    }
  }

  private void finish(Object event) {
    Context.CancellableContext in = context;
    IpcServerCall<?, ?> running = call;
    try {
      ServerTracing traced = tracing;
      if (traced != null) {
        traced.close(statusFor(event));
      }
      if (event instanceof ServerStream.Cancelled cancelled) {
        // Whoever ended the call sets it too, but maybe later.
        cancelledWith = cancelled.reason();
        if (in != null) {
          in.cancel(cancelled.reason().asRuntimeException());
        }
      }
      if (in != null && running != null) {
        Context previous = in.attach();
        try {
          running.callback(event);
        } finally {
          in.detach(previous);
        }
      }
    } catch (Throwable e) {
      handlerThrew(e);
    } finally {
      if (in != null) {
        in.cancel(null);
      }
      leave();
    }
  }

  /** The status with which the call ended, for its tracers. */
  private Status statusFor(Object terminal) {
    if (terminal instanceof ServerStream.Cancelled cancelled) {
      return cancelled.reason();
    }
    Status closed = stream.closeStatus();
    return closed == null ? Status.OK : closed;
  }

  private void onContextCancelled(Context cancelled) {
    if (cancelled.getDeadline() != null && cancelled.getDeadline().isExpired()) {
      cancel(Contexts.statusFromCancelled(cancelled));
    }
  }

  private void closeAfterThrow(Status status) {
    IpcServerCall<?, ?> running = call;
    if (running == null) {
      close(status);
    } else {
      running.abortUnlessClosed(status);
    }
  }

  /** Closes a call that has no handler. */
  private void close(Status status) {
    leave();
    stream.sendClose(status, MetadataCodec.EMPTY);
    connection().calls().send(stream);
  }

  @Override
  public String toString() {
    return Escape.text(methodName);
  }
}
