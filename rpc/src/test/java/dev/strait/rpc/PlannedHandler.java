package dev.strait.rpc;

import dev.strait.transport.simulation.Simulation;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of simulated calls: does what the plan of each says, and holds it against it.
 */
final class PlannedHandler implements ServerCallHandler<byte[], byte[]> {
  private final Simulation simulation;

  PlannedHandler(Simulation simulation) {
    this.simulation = simulation;
  }

  ServerServiceDefinition service() {
    var service = ServerServiceDefinition.builder("raw");
    CallPlan.methods().forEach(method -> service.addMethod(method, this));
    return service.build();
  }

  @Override
  public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], byte[]> call, Metadata headers) {
    CallPlan plan = CallPlan.of(headers);
    simulation.tell(() -> "handles call " + plan.number());
    simulation.step();
    call.request(1);
    return new Handling(call, plan);
  }

  private final class Handling extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;
    private final CallPlan plan;
    private final @Nullable PeerChannel client = PeerChannel.current();
    private int read;
    private int sent;
    private boolean answering;

    Handling(ServerCall<byte[], byte[]> call, CallPlan plan) {
      this.call = call;
      this.plan = plan;
    }

    @Override
    public void onMessage(byte[] message) {
      try {
        plan.checkRequest(read++, message);
      } catch (AssertionError e) {
        simulation.fail(String.valueOf(e.getMessage()), e);
      }
      simulation.step();
      call.request(1);
    }

    @Override
    public void onHalfClose() {
      simulation.tell(() -> "has read call " + plan.number());
      if (read != plan.requests()) {
        simulation.fail(plan + ": half-closed after " + read + " requests", null);
      }
      switch (plan.handling()) {
        case ANSWERS -> answer();
        case REFUSES -> call.close(Status.FAILED_PRECONDITION, new Metadata());
        case THROWS -> throw new PlannedException();
        case BLOCKS -> {
          simulation.sleep(plan.delayNanos());
          answer();
        }
        case DEFERS ->
            simulation
                .timers()
                .schedule(this::answerAtOnce, plan.delayNanos(), TimeUnit.NANOSECONDS);
        case CALLS_BACK -> callBack();
        case IGNORES -> {}
      }
    }

    @Override
    public void onReady() {
      if (answering) {
        answer();
      }
    }

    /** As much as may be sent now. */
    private void answer() {
      if (!answering) {
        answering = true;
        call.sendHeaders(new Metadata());
      }
      while (sent < plan.responses() && (plan.eager() || call.isReady())) {
        simulation.step();
        call.sendMessage(plan.response(sent++));
      }
      if (sent == plan.responses()) {
        answering = false;
        sent++;
        simulation.tell(() -> "has answered call " + plan.number());
        call.close(Status.OK, new Metadata());
      }
    }

    /** On a thread that hears nothing of when the call is ready. */
    private void answerAtOnce() {
      call.sendHeaders(new Metadata());
      for (int i = 0; i < plan.responses(); i++) {
        call.sendMessage(plan.response(i));
      }
      call.close(Status.OK, new Metadata());
    }

    private void callBack() {
      ClientCall<byte[], byte[]> back = client.newCall(Raw.UNARY, CallOptions.DEFAULT);
      back.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              answerAtOnce();
            }
          },
          new Metadata());
      back.request(2);
      back.sendMessage(plan.request(0));
      back.halfClose();
    }
  }

  /** What handlers throw on purpose. */
  static final class PlannedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PlannedException() {
      super("planned", null, false, false);
    }
  }
}
