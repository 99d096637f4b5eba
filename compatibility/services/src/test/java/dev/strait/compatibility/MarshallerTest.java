package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Detachable;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Marshallers of one's own: what they may do, and what becomes of a call when they fail. */
final class MarshallerTest extends OnEachWire {
  private final List<String> handled = new CopyOnWriteArrayList<>();

  private Channel serve(MethodDescriptor<String, String> method) throws Exception {
    return channelTo(
        serve(
            b ->
                b.addService(
                    ServerServiceDefinition.builder(TextMarshaller.SERVICE)
                        .addMethod(
                            method,
                            ServerCalls.asyncUnaryCall(
                                (request, replies) -> {
                                  handled.add(request);
                                  replies.onNext("re: " + request);
                                  replies.onCompleted();
                                }))
                        .build())));
  }

  private static MethodDescriptor<String, String> method(
      Marshaller<String> requests, Marshaller<String> responses) {
    return TextMarshaller.method(MethodType.UNARY, requests, responses);
  }

  private static String call(Channel channel, MethodDescriptor<String, String> method) {
    return ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, "hello");
  }

  /** The status of a call whose client and server marshal like this. */
  private Status failure(
      MethodDescriptor<String, String> clients, MethodDescriptor<String, String> servers)
      throws Exception {
    Channel channel = serve(servers);
    Status status =
        assertThrows(StatusRuntimeException.class, () -> call(channel, clients)).getStatus();
    // The connection is none the worse.
    MethodDescriptor<String, String> unknown =
        TextMarshaller.unary().toBuilder().setFullMethodName("text/Unknown").build();
    assertEquals(
        Status.Code.UNIMPLEMENTED,
        assertThrows(StatusRuntimeException.class, () -> call(channel, unknown))
            .getStatus()
            .getCode());
    return status;
  }

  private static final Marshaller<String> TEXT = new TextMarshaller();

  private static TextMarshaller throwingOnStream(RuntimeException thrown) {
    return new TextMarshaller() {
      @Override
      public InputStream stream(String value) {
        throw thrown;
      }
    };
  }

  private static TextMarshaller throwingOnParse(RuntimeException thrown) {
    return new TextMarshaller() {
      @Override
      public String parse(InputStream stream) {
        throw thrown;
      }
    };
  }

  @Test
  void aRequestThatCannotBeWrittenCancelsTheCall() throws Exception {
    IllegalStateException thrown = new IllegalStateException("on purpose");

    Status status = failure(method(throwingOnStream(thrown), TEXT), TextMarshaller.unary());

    assertEquals(Status.Code.CANCELLED, status.getCode());
    assertEquals("Failed to stream message", status.getDescription());
    assertEquals(thrown, status.getCause());
    assertEquals(List.of(), handled);
  }

  @Test
  void aRequestThatCannotBeReadFailsLikeTheHandler() throws Exception {
    Status status =
        failure(
            TextMarshaller.unary(),
            method(throwingOnParse(new IllegalStateException("on purpose")), TEXT));

    assertEquals(Status.Code.UNKNOWN, status.getCode());
    assertEquals("Application error processing RPC", status.getDescription());
    assertNull(status.getCause());
    assertEquals(List.of(), handled);
  }

  @Test
  void aStatusThrownWhileARequestIsReadIsNotTheAnswer() throws Exception {
    Status status =
        failure(
            TextMarshaller.unary(),
            method(
                throwingOnParse(
                    Status.INVALID_ARGUMENT.withDescription("no such word").asRuntimeException()),
                TEXT));

    assertEquals(Status.Code.UNKNOWN, status.getCode());
    assertEquals("Application error processing RPC", status.getDescription());
  }

  @Test
  void aReplyThatCannotBeWrittenFailsTheCall() throws Exception {
    Status status =
        failure(
            TextMarshaller.unary(),
            method(TEXT, throwingOnStream(new IllegalStateException("on purpose"))));

    assertAborted(Status.INTERNAL.withDescription("Internal error so cancelling stream."), status);
  }

  @Test
  void aStatusThrownWhileAReplyIsWrittenIsTheAnswer() throws Exception {
    Status status =
        failure(
            TextMarshaller.unary(),
            method(
                TEXT,
                throwingOnStream(
                    Status.DATA_LOSS.withDescription("no such word").asRuntimeException())));

    assertAborted(Status.DATA_LOSS.withDescription("no such word"), status);
  }

  /** gRPC cancels the stream with this status. HTTP/2 makes CANCELLED of it; Strait sends it. */
  private void assertAborted(Status expected, Status actual) {
    if (wire.isStrait()) {
      assertEquals(expected.getCode(), actual.getCode(), actual::toString);
      assertEquals(expected.getDescription(), actual.getDescription());
    } else {
      assertEquals(Status.Code.CANCELLED, actual.getCode());
    }
  }

  @Test
  void aReplyThatCannotBeReadCancelsTheCall() throws Exception {
    IllegalStateException thrown = new IllegalStateException("on purpose");

    Status status = failure(method(TEXT, throwingOnParse(thrown)), TextMarshaller.unary());

    assertEquals(Status.Code.CANCELLED, status.getCode());
    assertEquals("Failed to read message.", status.getDescription());
    assertEquals(thrown, status.getCause());
    assertEquals(List.of("hello"), handled);
  }

  @Test
  void aStatusThrownWhileAReplyIsReadIsOnlyTheCause() throws Exception {
    Status status =
        failure(
            method(
                TEXT,
                throwingOnParse(
                    Status.DATA_LOSS.withDescription("no such word").asRuntimeException())),
            TextMarshaller.unary());

    assertEquals(Status.Code.CANCELLED, status.getCode());
    assertEquals("Failed to read message.", status.getDescription());
    assertEquals(Status.Code.DATA_LOSS, Status.fromThrowable(status.getCause()).getCode());
  }

  @Test
  void aRequestWhoseStreamFailsCancelsTheCall() throws Exception {
    assumeTrue(wire.isStrait(), "gRPC-Java 1.85.1 over Netty never ends such a call");
    TextMarshaller broken =
        new TextMarshaller() {
          @Override
          public InputStream stream(String value) {
            return new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("on purpose");
              }
            };
          }
        };

    Status status = failure(method(broken, TEXT), TextMarshaller.unary());

    assertEquals(Status.Code.CANCELLED, status.getCode());
    assertEquals("Failed to stream message", status.getDescription());
  }

  @Test
  void aStreamThatReturnsLittleAtATimeIsReadToItsEnd() throws Exception {
    TextMarshaller trickling =
        new TextMarshaller() {
          @Override
          public InputStream stream(String value) {
            return new FilterInputStream(super.stream(value)) {
              @Override
              public int read(byte[] to, int offset, int length) throws IOException {
                return super.read(to, offset, Math.min(1, length));
              }

              @Override
              public int available() {
                return 0;
              }
            };
          }
        };
    MethodDescriptor<String, String> method = method(trickling, trickling);

    assertEquals("re: hello", call(serve(method), method));
  }

  @Test
  void aDrainableOfKnownLengthIsSent() throws Exception {
    TextMarshaller drainable =
        new TextMarshaller() {
          @Override
          public InputStream stream(String value) {
            return new DrainableText(value.getBytes(StandardCharsets.UTF_8));
          }
        };
    MethodDescriptor<String, String> method = method(drainable, drainable);

    assertEquals("re: hello", call(serve(method), method));
  }

  @Test
  void whatIsParsedKnowsItsLength() throws Exception {
    TextMarshaller sized =
        new TextMarshaller() {
          @Override
          public String parse(InputStream stream) {
            assertTrue(stream instanceof KnownLength, () -> stream.getClass().toString());
            try {
              byte[] bytes = new byte[stream.available()];
              assertEquals(bytes.length, stream.readNBytes(bytes, 0, bytes.length));
              assertEquals(-1, stream.read());
              return new String(bytes, StandardCharsets.UTF_8);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    MethodDescriptor<String, String> method = method(sized, sized);

    assertEquals("re: hello", call(serve(method), method));
  }

  @Test
  void whatIsParsedMayBeDetachedAndKept() throws Exception {
    List<InputStream> kept = new CopyOnWriteArrayList<>();
    TextMarshaller keeping =
        new TextMarshaller() {
          @Override
          public String parse(InputStream stream) {
            kept.add(((Detachable) stream).detach());
            return "kept";
          }
        };
    Channel channel = serve(method(keeping, TEXT));

    for (int i = 0; i < 3; i++) {
      assertEquals("re: kept", call(channel, TextMarshaller.unary()));
    }
    for (InputStream stream : kept) {
      assertEquals("hello", new TextMarshaller().parse(stream));
    }
  }

  private static final class DrainableText extends ByteArrayInputStream
      implements Drainable, KnownLength {
    DrainableText(byte[] bytes) {
      super(bytes);
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      return (int) transferTo(target);
    }
  }
}
