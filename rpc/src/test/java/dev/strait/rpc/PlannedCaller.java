package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.simulation.Simulation;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The client's side of one simulated call: does what the plan says, and holds it against it. */
final class PlannedCaller extends RecordingListener<byte[]> {
  /** G1: after its deadline a call is over within this time. */
  private static final long LATEST_END_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final CallOptions OF_BLOCKING_STUBS = ofBlockingStubs();

  private final Simulation simulation;
  private final CallPlan plan;
  private final ClientCall<byte[], byte[]> call;
  private final Queue<Runnable> queue;
  private final long startedAt;
  private long endedAt;
  private int received;
  private int sent;
  private boolean halfClosed;
  private boolean interrupted;

  /**
   * @param tracers of the call; null for none
   */
  PlannedCaller(
      Simulation simulation,
      Channel channel,
      CallPlan plan,
      ClientStreamTracer.@Nullable Factory tracers) {
    this.simulation = simulation;
    this.plan = plan;
    this.queue = plan.blocking() ? newQueue() : null;
    this.startedAt = simulation.now();
    CallOptions options =
        plan.blocking() ? OF_BLOCKING_STUBS.withExecutor((Executor) queue) : CallOptions.DEFAULT;
    if (tracers != null) {
      options = options.withStreamTracerFactory(tracers);
    }
    if (plan.oneWay()) {
      options = options.withOption(OneWay.OPTION, true);
    }
    if (plan.ending() == CallPlan.Ending.DEADLINE) {
      options =
          options.withDeadline(
              Deadline.after(plan.delayNanos(), TimeUnit.NANOSECONDS, clock(simulation)));
    }
    this.call = channel.newCall(plan.method(), options);
  }

  private static Deadline.Ticker clock(Simulation simulation) {
    return new Deadline.Ticker() {
      @Override
      public long nanoTime() {
        return simulation.now();
      }
    };
  }

  /** What a blocking stub adds to the options of its calls. */
  private static CallOptions ofBlockingStubs() {
    CallOptions[] seen = new CallOptions[1];
    Channel witness =
        new Channel() {
          @Override
          public <T, R> ClientCall<T, R> newCall(
              io.grpc.MethodDescriptor<T, R> method, CallOptions options) {
            seen[0] = options;
            throw new UnsupportedOperationException();
          }

          @Override
          public String authority() {
            return "";
          }
        };
    try {
      ClientCalls.blockingUnaryCall(witness, Raw.UNARY, CallOptions.DEFAULT, new byte[0]);
    } catch (UnsupportedOperationException expected) {
      // Seen all the same.
    }
    return seen[0];
  }

  /** The executor of a blocking stub: a queue whose owner takes from it. */
  @SuppressWarnings("unchecked")
  private static Queue<Runnable> newQueue() {
    try {
      var constructor = OF_BLOCKING_STUBS.getExecutor().getClass().getDeclaredConstructor();
      constructor.setAccessible(true);
      return (Queue<Runnable>) (Object) constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("gRPC's blocking stubs have another executor now", e);
    }
  }

  /** A one-way call succeeds for its caller before it is answered, or whether it is. */
  @Override
  boolean isAnswered() {
    return super.isAnswered() && !plan.oneWay();
  }

  /** Whether a handler must have had the call, though nobody has answered it. */
  boolean isHandedOver() {
    return plan.oneWay() && status.isOk() && plan.ending() != CallPlan.Ending.DEADLINE;
  }

  /** Makes the call; a blocking one is over when this returns. */
  void run() {
    simulation.tell(() -> "begins " + plan);
    if (plan.ending() == CallPlan.Ending.CANCELS) {
      simulation.timers().schedule(this::cancel, plan.delayNanos(), TimeUnit.NANOSECONDS);
    }
    call.start(this, plan.headers());
    call.request(plan.eager() ? 2 : 1);
    simulation.step();
    if (plan.eager() || plan.type().clientSendsOneMessage()) {
      while (sent < plan.requests()) {
        simulation.step();
        call.sendMessage(plan.request(sent++));
      }
      halfClosed = true;
      call.halfClose();
    }
    if (plan.blocking()) {
      waitLikeAStub();
    }
  }

  private void cancel() {
    call.cancel("planned", null);
  }

  private void waitLikeAStub() {
    long pause = 1_000;
    while (!isClosed()) {
      Runnable next = queue.poll();
      if (next != null) {
        next.run();
        continue;
      }
      if (Thread.interrupted()) {
        interrupted = true;
        call.cancel("interrupted", null);
      }
      simulation.park(queue, pause);
      pause = Math.min(pause * 2, 1_000_000);
    }
  }

  @Override
  public void onReady() {
    super.onReady();
    if (halfClosed || plan.eager() || plan.type().clientSendsOneMessage()) {
      return;
    }
    simulation.tell(() -> "call " + plan.number() + " is ready");
    while (sent < plan.requests() && call.isReady()) {
      simulation.step();
      call.sendMessage(plan.request(sent++));
    }
    if (sent == plan.requests()) {
      halfClosed = true;
      call.halfClose();
    }
  }

  @Override
  public void onMessage(byte[] message) {
    super.onMessage(new byte[0]);
    try {
      plan.checkResponse(received++, message);
    } catch (AssertionError e) {
      simulation.fail(String.valueOf(e.getMessage()), e);
    }
    simulation.step();
    call.request(1);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    super.onClose(status, trailers);
    endedAt = simulation.now();
    simulation.tell(() -> "call " + plan.number() + " ended with " + status);
    simulation.step();
  }

  /**
   * What must hold when all is over.
   *
   * @param mayBreak whether connections may have broken meanwhile
   * @param mayBeRefused whether there may have been no room for it
   */
  void check(boolean mayBreak, boolean mayBeRefused) {
    assertClosedOnce();
    Status.Code code = status.getCode();
    assertTrue(
        possible(mayBreak, mayBeRefused).contains(code), () -> plan + " ended with " + status);
    if (status.isOk()) {
      int due = plan.oneWay() ? 0 : plan.responses();
      assertEquals(due, received, () -> plan + ": responses of a call that succeeded");
    }
    if (plan.ending() == CallPlan.Ending.DEADLINE) {
      long late = endedAt - startedAt - plan.delayNanos();
      assertTrue(
          late <= LATEST_END_NANOS,
          () -> plan + " ended " + late / 1000 + " us after its deadline");
    }
  }

  @Override
  public String toString() {
    return plan + " that heard " + events;
  }

  private Set<Status.Code> possible(boolean mayBreak, boolean mayBeRefused) {
    Set<Status.Code> possible = EnumSet.noneOf(Status.Code.class);
    if (plan.oneWay()) {
      possible.add(Status.Code.OK);
    } else if (plan.handling() != CallPlan.Handling.IGNORES) {
      possible.add(plan.handling().code);
    }
    if (plan.ending() == CallPlan.Ending.CANCELS || interrupted) {
      possible.add(Status.Code.CANCELLED);
    }
    if (plan.ending() == CallPlan.Ending.DEADLINE) {
      possible.add(Status.Code.DEADLINE_EXCEEDED);
    }
    if (mayBreak) {
      possible.add(Status.Code.UNAVAILABLE);
    }
    if (mayBeRefused) {
      possible.add(Status.Code.RESOURCE_EXHAUSTED);
    }
    return possible;
  }
}
