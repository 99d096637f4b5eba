package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.instrumentation.grpc.v1_6.GrpcTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The interceptors of OpenTelemetry's instrumentation library. */
final class OpenTelemetryInstrumentationTest {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

  @TempDir Path directory;

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
          .build();
  private final GrpcTelemetry telemetry = GrpcTelemetry.create(sdk);

  @AfterEach
  void closeSdk() {
    sdk.close();
  }

  private Pair open() throws Exception {
    return new Pair(
        directory,
        new Parrot().bindService(),
        b -> b.intercept(telemetry.createServerInterceptor()),
        b -> b.intercept(telemetry.createClientInterceptor()));
  }

  /** The only span of its kind. The server's may end on an executor, after its caller's. */
  private SpanData span(SpanKind kind) throws InterruptedException {
    long start = System.nanoTime();
    while (spans(kind).isEmpty() && System.nanoTime() - start < PATIENCE_NANOS) {
      Thread.sleep(1);
    }
    List<SpanData> all = spans(kind);
    assertEquals(1, all.size(), () -> kind + ": " + all);
    return all.get(0);
  }

  private List<SpanData> spans(SpanKind kind) {
    return spans.getFinishedSpanItems().stream().filter(span -> span.getKind() == kind).toList();
  }

  private void assertServerIsChildOfClient(String name) throws InterruptedException {
    SpanData client = span(SpanKind.CLIENT);
    SpanData server = span(SpanKind.SERVER);
    assertEquals(name, client.getName());
    assertEquals(name, server.getName());
    assertEquals(client.getTraceId(), server.getTraceId());
    assertEquals(client.getSpanId(), server.getParentSpanId());
    assertNotEquals(client.getSpanId(), server.getSpanId());
  }

  @Test
  void aUnaryCallIsASpanOnBothSides() throws Exception {
    try (Pair pair = open()) {
      ParrotGrpc.newBlockingStub(pair.channel).say(Parrot.word("a"));
    }

    assertServerIsChildOfClient("strait.compatibility.Parrot/Say");
    assertEquals(
        "strait.compatibility.Parrot",
        span(SpanKind.SERVER).getAttributes().get(AttributeKey.stringKey("rpc.service")));
  }

  @Test
  void aStreamIsASpanWithItsMessages() throws Exception {
    try (Pair pair = open()) {
      ParrotGrpc.newBlockingStub(pair.channel)
          .repeat(Word.newBuilder().setText("a").setTimes(3).build())
          .forEachRemaining(word -> {});
    }

    assertServerIsChildOfClient("strait.compatibility.Parrot/Repeat");
    // One request and three replies.
    assertEquals(4, span(SpanKind.CLIENT).getEvents().size());
    assertEquals(4, span(SpanKind.SERVER).getEvents().size());
  }

  @Test
  void aFailedCallIsAFailedSpan() throws Exception {
    try (Pair pair = open()) {
      var unknown =
          ParrotGrpc.getSayMethod().toBuilder().setFullMethodName("parrot/Unknown").build();
      var e =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  io.grpc.stub.ClientCalls.blockingUnaryCall(
                      pair.channel,
                      unknown,
                      io.grpc.CallOptions.DEFAULT,
                      Word.getDefaultInstance()));
      assertEquals(Status.Code.UNIMPLEMENTED, e.getStatus().getCode());
    }

    assertEquals(
        io.opentelemetry.api.trace.StatusCode.ERROR,
        span(SpanKind.CLIENT).getStatus().getStatusCode());
  }
}
