package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.rpc.testing.TestBuilders;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.InternalManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.MetricSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a library that measures gRPC sets on the builders. */
final class MeteredBuilderTest {
  @RegisterExtension final Local local = Local.unix();

  private final List<String> intercepted = new ArrayList<>();

  @Test
  void anInterceptorThatWantsTheTargetGetsItAndItsPlaceAmongOthers() throws Exception {
    local.serveEcho();
    var channel =
        local.channel(
            builder -> {
              builder.intercept(recording("first"));
              InternalManagedChannelBuilder.interceptWithTarget(builder, this::recording);
              return builder.intercept(recording("last"));
            });

    EchoGrpc.newBlockingStub(channel).unary(EchoRequest.getDefaultInstance());

    // The last one added runs first.
    assertEquals(List.of("last", "ipc:" + local.address(), "first"), intercepted);
  }

  @Test
  void aMetricSinkIsAcceptedOnBothSides() {
    MetricSink sink = new NoMetrics();
    IpcChannelBuilder channel = TestBuilders.channel(local.address());
    IpcServerBuilder server = TestBuilders.server(local.address());

    assertSame(channel, InternalManagedChannelBuilder.addMetricSink(channel, sink));
    assertSame(server, server.addMetricSink(sink));
  }

  private ClientInterceptor recording(String name) {
    return new ClientInterceptor() {
      @Override
      public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
          MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
        intercepted.add(name);
        return next.newCall(method, options);
      }
    };
  }

  private static final class NoMetrics implements MetricSink {
    @Override
    public Map<String, Boolean> getEnabledMetrics() {
      return Map.of();
    }

    @Override
    public Set<String> getOptionalLabels() {
      return Set.of();
    }

    @Override
    public int getMeasuresSize() {
      return 0;
    }

    @Override
    public void updateMeasures(List<io.grpc.MetricInstrument> instruments) {}
  }
}
