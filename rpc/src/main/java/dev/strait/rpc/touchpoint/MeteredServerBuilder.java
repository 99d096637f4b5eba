package dev.strait.rpc.touchpoint;

import io.grpc.MetricSink;
import io.grpc.ServerBuilder;

/**
 * What a library that measures gRPC sets on a server's builder, as {@code GrpcOpenTelemetry} does.
 *
 * @param <T> the builder
 */
public abstract class MeteredServerBuilder<T extends ServerBuilder<T>> extends ServerBuilder<T> {
  /** For the builder. */
  protected MeteredServerBuilder() {}

  /** The builder. */
  protected abstract T self();

  /**
   * Nothing will be measured with it: gRPC's instruments of this kind are those of its TCP and xDS
   * servers. What is measured of calls comes from interceptors and stream tracers.
   */
  @Override
  public final T addMetricSink(MetricSink sink) {
    return self();
  }
}
