package dev.strait.rpc.touchpoint;

import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MetricSink;

/**
 * What a library that measures gRPC sets on a channel's builder, as {@code GrpcOpenTelemetry} does.
 *
 * @param <T> the builder
 */
public abstract class MeteredChannelBuilder<T extends ManagedChannelBuilder<T>>
    extends ManagedChannelBuilder<T> {
  /** For the builder. */
  protected MeteredChannelBuilder() {}

  /** The builder. */
  protected abstract T self();

  /** What the channel connects to. */
  protected abstract IpcAddress address();

  /** Adds the interceptor that is made for this channel's target, after those already added. */
  @Override
  protected final T interceptWithTarget(InterceptorFactory factory) {
    return intercept(factory.newInterceptor(IpcTarget.of(address())));
  }

  /**
   * Nothing will be measured with it: gRPC's instruments of this kind are those of its load
   * balancers, resolvers and xDS, which a local channel does not have. What is measured of calls
   * comes from interceptors and stream tracers.
   */
  @Override
  protected final T addMetricSink(MetricSink sink) {
    return self();
  }
}
