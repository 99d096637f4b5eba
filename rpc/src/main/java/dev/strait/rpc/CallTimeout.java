package dev.strait.rpc;

import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Status;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When a call must end at the latest: by the deadline of its options or of its context, whichever
 * is earlier, or with its context. Thread-safe once made.
 */
final class CallTimeout implements Context.CancellationListener, Runnable {
  /** The call that is to end. */
  interface Ending {
    /** Ends the call. Any thread. */
    void cancel(Status status);

    /** Where the call is, for people: "remote_addr=unix:/run/app.sock". */
    String whereItIs();
  }

  /** Never ended by its timeout. */
  private record Endless() implements Ending {
    @Override
    public void cancel(Status status) {}

    @Override
    public String whereItIs() {
      return "";
    }
  }

  private final Ending call;
  private final Context context;
  private final @Nullable Deadline deadline;
  private final boolean deadlineIsOfOptions;
  private volatile long timeoutNanos;
  private volatile @Nullable ScheduledFuture<?> timer;

  /** Of a call that may take as long as it will. */
  private static final CallTimeout NONE =
      new CallTimeout(new Endless(), CallOptions.DEFAULT, Context.ROOT);

  static CallTimeout of(Ending call, CallOptions options, Context context) {
    return context == Context.ROOT && options.getDeadline() == null
        ? NONE
        : new CallTimeout(call, options, context);
  }

  private CallTimeout(Ending call, CallOptions options, Context context) {
    this.call = call;
    this.context = context;
    Deadline ours = options.getDeadline();
    Deadline contexts = context.getDeadline();
    this.deadlineIsOfOptions = ours != null && (contexts == null || !contexts.isBefore(ours));
    this.deadline = deadlineIsOfOptions ? ours : contexts;
  }

  /** The earlier of the two deadlines. */
  @Nullable Deadline deadline() {
    return deadline;
  }

  /** Why the call cannot even begin, if it cannot. */
  @Nullable Status overAlready() {
    if (context.isCancelled()) {
      return Contexts.statusFromCancelled(context);
    }
    if (deadline == null || !deadline.isExpired()) {
      return null;
    }
    return Status.DEADLINE_EXCEEDED.withDescription(
        "ClientCall started after "
            + (deadlineIsOfOptions ? "CallOptions" : "Context")
            + " deadline was exceeded "
            + seconds(-deadline.timeRemaining(TimeUnit.NANOSECONDS))
            + " seconds ago");
  }

  /** Begins to watch. A deadline of the context needs no timer: the context is cancelled by it. */
  void watch(ScheduledExecutorService scheduler) {
    if (context != Context.ROOT) {
      context.addListener(this, Runnable::run);
    }
    if (deadline != null && deadlineIsOfOptions) {
      timeoutNanos = deadline.timeRemaining(TimeUnit.NANOSECONDS);
      try {
        timer = scheduler.schedule(this, timeoutNanos, TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        // The channel, or the server of a PeerChannel, has just ended, and its timers with it.
        call.cancel(Status.UNAVAILABLE.withDescription("its channel has ended").withCause(e));
      }
    }
  }

  /** Watches no more. Idempotent. */
  void stop() {
    ScheduledFuture<?> running = timer;
    if (running != null) {
      running.cancel(false);
    }
    if (context != Context.ROOT) {
      context.removeListener(this);
    }
  }

  /** A call that was cancelled because its time was up says so. */
  Status seenByCaller(Status status) {
    if (status.getCode() == Status.Code.CANCELLED && deadline != null && deadline.isExpired()) {
      return Status.DEADLINE_EXCEEDED.withDescription(
          "ClientCall was cancelled at or after deadline. [" + call.whereItIs() + "]");
    }
    return status;
  }

  @Override
  public void cancelled(Context cancelled) {
    call.cancel(Contexts.statusFromCancelled(cancelled));
  }

  /** The deadline of the options has passed. */
  @Override
  public void run() {
    call.cancel(exceeded(""));
  }

  /**
   * The status of a call whose time is up.
   *
   * @param otherwise its text when that was not the deadline of the options
   */
  Status exceeded(String otherwise) {
    return Status.DEADLINE_EXCEEDED.withDescription(
        deadlineIsOfOptions
            ? "CallOptions deadline exceeded after "
                + seconds(timeoutNanos)
                + "s. ["
                + call.whereItIs()
                + "]"
            : otherwise);
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.9f", nanos / 1e9);
  }
}
