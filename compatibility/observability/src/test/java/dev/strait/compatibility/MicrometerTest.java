package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.grpc.MetricCollectingClientInterceptor;
import io.micrometer.core.instrument.binder.grpc.MetricCollectingServerInterceptor;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcClientInterceptor;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcServerInterceptor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The interceptors of Micrometer. */
final class MicrometerTest {
  @TempDir Path directory;

  @Test
  void callsAndMessagesAreCountedOnBothSides() throws Exception {
    MeterRegistry clients = new SimpleMeterRegistry();
    MeterRegistry servers = new SimpleMeterRegistry();
    try (Pair pair =
        new Pair(
            directory,
            new Parrot().bindService(),
            b -> b.intercept(new MetricCollectingServerInterceptor(servers)),
            b -> b.intercept(new MetricCollectingClientInterceptor(clients)))) {
      ParrotGrpc.ParrotBlockingStub stub = ParrotGrpc.newBlockingStub(pair.channel);
      stub.say(Parrot.word("a"));
      stub.say(Parrot.word("b"));
      stub.repeat(Word.newBuilder().setText("a").setTimes(3).build()).forEachRemaining(w -> {});
      assertThrows(
          StatusRuntimeException.class,
          () -> stub.withDeadlineAfter(-1, TimeUnit.SECONDS).say(Parrot.word("late")));
    }

    assertEquals(2, timed(clients, "client", "Say", "OK"));
    assertEquals(1, timed(clients, "client", "Say", "DEADLINE_EXCEEDED"));
    assertEquals(1, timed(clients, "client", "Repeat", "OK"));
    assertEquals(2, timed(servers, "server", "Say", "OK"));
    assertEquals(1, timed(servers, "server", "Repeat", "OK"));
    assertEquals(3, counted(clients, "grpc.client.responses.received", "Repeat"));
    assertEquals(3, counted(servers, "grpc.server.responses.sent", "Repeat"));
    assertEquals(2, counted(servers, "grpc.server.requests.received", "Say"));
  }

  private static long timed(MeterRegistry registry, String side, String method, String status) {
    return registry
        .get("grpc." + side + ".processing.duration")
        .tag("method", method)
        .tag("statusCode", status)
        .timer()
        .count();
  }

  private static double counted(MeterRegistry registry, String name, String method) {
    return registry.get(name).tag("method", method).counter().count();
  }

  /** Does what a tracer does: puts its parent into the headers, and reads it there. */
  private static final class Tracing implements ObservationHandler<Observation.Context> {
    final List<String> heard = new CopyOnWriteArrayList<>();

    @Override
    public boolean supportsContext(Observation.Context context) {
      return true;
    }

    @Override
    public void onStart(Observation.Context context) {
      if (context instanceof SenderContext<?> sender) {
        send(sender);
      } else if (context instanceof ReceiverContext<?> receiver) {
        receive(receiver);
      }
    }

    private <C> void send(SenderContext<C> sender) {
      sender.getSetter().set(sender.getCarrier(), "parent", "client 7");
    }

    private <C> void receive(ReceiverContext<C> receiver) {
      heard.add("begun by " + receiver.getGetter().get(receiver.getCarrier(), "parent"));
    }

    @Override
    public void onStop(Observation.Context context) {
      heard.add(
          context.getContextualName()
              + " "
              + context.getLowCardinalityKeyValue("grpc.status_code").getValue());
    }
  }

  @Test
  void anObservationOnTheServerKnowsTheOneOnTheClient() throws Exception {
    Tracing clients = new Tracing();
    Tracing servers = new Tracing();
    ObservationRegistry clientRegistry = ObservationRegistry.create();
    clientRegistry.observationConfig().observationHandler(clients);
    ObservationRegistry serverRegistry = ObservationRegistry.create();
    serverRegistry.observationConfig().observationHandler(servers);

    try (Pair pair =
        new Pair(
            directory,
            new Parrot().bindService(),
            b -> b.intercept(new ObservationGrpcServerInterceptor(serverRegistry)),
            b -> b.intercept(new ObservationGrpcClientInterceptor(clientRegistry)))) {
      ParrotGrpc.newBlockingStub(pair.channel).say(Parrot.word("a"));
    }

    assertEquals(List.of("strait.compatibility.Parrot/Say OK"), clients.heard);
    assertEquals(List.of("begun by client 7", "strait.compatibility.Parrot/Say OK"), servers.heard);
  }
}
