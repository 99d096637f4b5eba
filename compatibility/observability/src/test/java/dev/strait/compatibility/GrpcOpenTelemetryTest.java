package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.opentelemetry.GrpcOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics of grpc-opentelemetry, which hears of calls by stream tracers. */
final class GrpcOpenTelemetryTest {
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("grpc.method");
  private static final AttributeKey<String> STATUS = AttributeKey.stringKey("grpc.status");

  @TempDir Path directory;

  private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
          .build();
  private final GrpcOpenTelemetry telemetry = GrpcOpenTelemetry.newBuilder().sdk(sdk).build();

  @AfterEach
  void closeSdk() {
    sdk.close();
  }

  @Test
  void callsAreMeasuredOnBothSides() throws Exception {
    try (Pair pair =
        new Pair(
            directory,
            new Parrot().bindService(),
            telemetry::configureServerBuilder,
            telemetry::configureChannelBuilder)) {
      ParrotGrpc.ParrotBlockingStub stub = ParrotGrpc.newBlockingStub(pair.channel);
      stub.say(Parrot.word("a"));
      stub.say(Parrot.word("b"));
      stub.repeat(Word.newBuilder().setText("a").setTimes(3).build()).forEachRemaining(w -> {});
    }

    Map<String, MetricData> byName =
        metrics.collectAllMetrics().stream()
            .collect(Collectors.toMap(MetricData::getName, Function.identity()));
    assertEquals(2, started(byName.get("grpc.client.attempt.started"), "Say"));
    assertEquals(1, started(byName.get("grpc.client.attempt.started"), "Repeat"));
    assertEquals(2, started(byName.get("grpc.server.call.started"), "Say"));
    for (String duration :
        new String[] {
          "grpc.client.attempt.duration", "grpc.client.call.duration", "grpc.server.call.duration"
        }) {
      HistogramPointData said = histogram(byName.get(duration), "Say");
      assertEquals(2, said.getCount(), duration);
      assertEquals("OK", said.getAttributes().get(STATUS), duration);
    }
    for (String size :
        new String[] {
          "grpc.client.attempt.sent_total_compressed_message_size",
          "grpc.client.attempt.rcvd_total_compressed_message_size",
          "grpc.server.call.sent_total_compressed_message_size",
          "grpc.server.call.rcvd_total_compressed_message_size"
        }) {
      assertEquals(
          2.0 * Parrot.word("a").getSerializedSize(), histogram(byName.get(size), "Say").getSum());
    }
    assertTrue(
        histogram(byName.get("grpc.client.call.duration"), "Say")
            .getAttributes()
            .toString()
            .contains("grpc.target"));
  }

  private static boolean isOf(Attributes attributes, String method) {
    return ("strait.compatibility.Parrot/" + method).equals(attributes.get(METHOD));
  }

  private static long started(MetricData metric, String method) {
    return metric.getLongSumData().getPoints().stream()
        .filter(point -> isOf(point.getAttributes(), method))
        .mapToLong(LongPointData::getValue)
        .sum();
  }

  private static HistogramPointData histogram(MetricData metric, String method) {
    return metric.getHistogramData().getPoints().stream()
        .filter((PointData point) -> isOf(point.getAttributes(), method))
        .findFirst()
        .orElseThrow();
  }
}
