package dev.strait.rpc;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Transport;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.Transports;
import dev.strait.transport.WaitStrategy;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * F10: whatever a client sends behind its HELLO to a live server, at worst its own connection ends;
 * another client's next call succeeds, and nothing is logged as an error of this side.
 */
final class ConnectionFuzzTest {
  private static final IpcAddress ADDRESS = IpcAddress.of("memory:fuzzed");
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static final MethodDescriptor<byte[], byte[]> UNARY =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("raw/Unary")
          .setRequestMarshaller(new Bytes())
          .setResponseMarshaller(new Bytes())
          .build();
  private static final MethodDescriptor<byte[], byte[]> BIDI =
      UNARY.toBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName("raw/Bidi")
          .build();

  private static Server server;
  private static ManagedChannel bystander;

  /** An error that the server logs is a finding; that it turns a client out is not. */
  private static volatile Throwable logged;

  @BeforeAll
  static void serve() throws IOException {
    Logger strait = Logger.getLogger("dev.strait");
    strait.setUseParentHandlers(false);
    strait.addHandler(
        new java.util.logging.Handler() {
          @Override
          public void publish(java.util.logging.LogRecord entry) {
            if (entry.getLevel().intValue() >= Level.WARNING.intValue()
                && entry.getThrown() != null) {
              logged = entry.getThrown();
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
    server =
        IpcServerBuilder.forAddress(ADDRESS)
            .waitStrategy(WaitStrategy.parking())
            .addService(
                ServerServiceDefinition.builder("raw")
                    .addMethod(UNARY, ConnectionFuzzTest::echo)
                    .addMethod(BIDI, ConnectionFuzzTest::echo)
                    .build())
            .build()
            .start();
    bystander = IpcChannelBuilder.forAddress(ADDRESS).waitStrategy(WaitStrategy.parking()).build();
  }

  @AfterAll
  static void end() {
    bystander.shutdownNow();
    server.shutdownNow();
  }

  private static ServerCall.Listener<byte[]> echo(
      ServerCall<byte[], byte[]> call, Metadata headers) {
    call.sendHeaders(new Metadata());
    call.request(1);
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(byte[] message) {
        call.sendMessage(message);
        call.request(1);
      }

      @Override
      public void onHalfClose() {
        call.close(Status.OK, new Metadata());
      }
    };
  }

  @FuzzTest(maxDuration = "20s")
  void atWorstItsOwnConnectionEnds(byte[] bytes) throws Exception {
    Transport client = Transports.connecting(ADDRESS, TransportOptions.DEFAULTS);
    client.connect(TIMEOUT);
    ByteBuffer hello = ByteBuffer.allocate(1024);
    Frames.hello(hello, Hello.of(Limits.DEFAULTS));
    client.write(hello.flip());
    client.write(ByteBuffer.wrap(bytes));
    client.disconnect(TIMEOUT);

    byte[] echoed =
        ClientCalls.blockingUnaryCall(
            bystander,
            UNARY,
            CallOptions.DEFAULT.withDeadlineAfter(TIMEOUT.toSeconds(), TimeUnit.SECONDS),
            new byte[] {1});
    if (echoed.length != 1) {
      throw new AssertionError("the bystander got " + echoed.length + " bytes");
    }
    Throwable error = logged;
    if (error != null) {
      logged = null;
      throw new AssertionError("the server logged an error", error);
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try (stream) {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
