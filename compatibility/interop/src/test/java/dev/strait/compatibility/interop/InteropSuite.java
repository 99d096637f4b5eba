package dev.strait.compatibility.interop;

import static org.junit.Assert.assertTrue;

import dev.strait.rpc.IpcServerBuilder;
import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.census.InternalCensusTracingAccessor;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.Soak;
import java.util.concurrent.TimeUnit;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.rules.TestRule;

/**
 * gRPC-Java's interoperability suite, all 35 tests, on Strait's channel and server.
 *
 * <p>Censuses of OpenCensus are on and checked, as on gRPC's own HTTP/2 transports: they hang on
 * the stream tracers, and prove what those are told. gRPC's builders add them when they find them
 * on the class path; here they are added as a user of Strait would.
 */
public abstract class InteropSuite extends AbstractInteropTest {
  /** The suite sends messages of 10 MiB. */
  static final int MAX_MESSAGE_BYTES = 16 << 20;

  private static final int HANG_MILLIS = 10_000;
  private static final int HANG_SECONDS = 500;

  @ClassRule public static final NoneSkipped NONE_SKIPPED = new NoneSkipped();

  @Rule public final TestRule noneSkipped = NONE_SKIPPED.each();

  private final TestAddress address;

  InteropSuite(String scheme) {
    address = new TestAddress(scheme);
  }

  final IpcAddress address() {
    return address.get();
  }

  /** A server's builder before the suite's own settings. */
  IpcServerBuilder server() {
    return TestBuilders.server(address());
  }

  /** A channel's builder before the suite's own settings. */
  ManagedChannelBuilder<?> channel() {
    return TestBuilders.channel(address());
  }

  @Override
  protected final ServerBuilder<?> getServerBuilder() {
    return server()
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .addStreamTracerFactory(createCustomCensusTracerFactory())
        .addStreamTracerFactory(InternalCensusTracingAccessor.getServerStreamTracerFactory());
  }

  @Override
  protected final ManagedChannelBuilder<?> createChannelBuilder() {
    return channel()
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .intercept(InternalCensusTracingAccessor.getClientInterceptor())
        .intercept(createCensusStatsClientInterceptor());
  }

  /** Makes so many large calls on one channel. */
  final void soakCalls(int calls, int threads) throws InterruptedException {
    Soak.run(
        address().toString(),
        calls,
        threads,
        HANG_MILLIS,
        HANG_SECONDS,
        createChannel(),
        channel -> channel);
  }

  /** Makes so many large calls, each on a channel of its own. */
  final void soakChannels(int calls, int threads) throws InterruptedException {
    Soak.run(
        address().toString(),
        calls,
        threads,
        HANG_MILLIS,
        HANG_SECONDS,
        createChannel(),
        this::another);
  }

  private ManagedChannel another(ManagedChannel used) {
    used.shutdownNow();
    try {
      assertTrue("the channel ends", used.awaitTermination(10, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return createChannel();
  }

  @Override
  public final void tearDown() {
    super.tearDown();
    address.close();
  }
}
