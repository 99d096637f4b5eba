package dev.strait.rpc;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerStreamTracer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The tracers that a server wants for each call, also for one of an unknown method. */
final class ServerTracing extends StreamTracing<ServerStreamTracer> {
  private ServerTracing(List<ServerStreamTracer> tracers) {
    super(tracers, true);
  }

  /** The tracers of a call that came; null if there are none. Runs user code. */
  static @Nullable ServerTracing of(
      List<ServerStreamTracer.Factory> factories, String method, Metadata headers) {
    if (factories.isEmpty()) {
      return null;
    }
    return new ServerTracing(
        newTracers(factories, factory -> factory.newServerStreamTracer(method, headers)));
  }

  /** What the tracers make of the context in which the handler will run. */
  Context filter(Context context) {
    Context[] filtered = {context};
    exclusively(() -> tell(tracer -> filtered[0] = filteredBy(tracer, filtered[0])));
    return filtered[0];
  }

  private static Context filteredBy(ServerStreamTracer tracer, Context context) {
    return Objects.requireNonNull(tracer.filterContext(context), "no context");
  }

  /** The method is known and its handler about to start. */
  void started(ServerCall<?, ?> call) {
    exclusively(() -> tell(tracer -> tracer.serverCallStarted(new CallInfo<>(call))));
  }

  private static final class CallInfo<ReqT, RespT>
      extends ServerStreamTracer.ServerCallInfo<ReqT, RespT> {
    private final ServerCall<ReqT, RespT> call;

    CallInfo(ServerCall<ReqT, RespT> call) {
      this.call = call;
    }

    @Override
    public MethodDescriptor<ReqT, RespT> getMethodDescriptor() {
      return call.getMethodDescriptor();
    }

    @Override
    public Attributes getAttributes() {
      return call.getAttributes();
    }

    @Override
    public @Nullable String getAuthority() {
      return call.getAuthority();
    }
  }
}
