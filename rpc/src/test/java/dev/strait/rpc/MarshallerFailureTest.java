package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.CallOptions;
import io.grpc.Detachable;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Marshallers that throw end their call, as gRPC does, and nothing else. */
final class MarshallerFailureTest {
  private static final IllegalStateException THROWN = new IllegalStateException("on purpose");

  @RegisterExtension final Local local = Local.memory();

  private final BlockingQueue<String> handler = new LinkedBlockingQueue<>();

  private static MethodDescriptor.Marshaller<byte[]> throwing(RuntimeException thrown) {
    return new MethodDescriptor.Marshaller<>() {
      @Override
      public InputStream stream(byte[] value) {
        throw thrown;
      }

      @Override
      public byte[] parse(InputStream stream) {
        throw thrown;
      }
    };
  }

  /** A call whose server writes its replies like this; the handler goes on as if all were well. */
  private Status statusOfAReplyThatThrows(RuntimeException thrown) throws Exception {
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY.toBuilder().setResponseMarshaller(throwing(thrown)).build(),
                    (call, headers) -> {
                      call.sendHeaders(new Metadata());
                      call.sendMessage(new byte[0]);
                      call.sendMessage(new byte[0]);
                      call.close(Status.OK, new Metadata());
                      call.close(Status.OK, new Metadata());
                      handler.add("went on");
                      return new ServerCall.Listener<>() {};
                    })));
    return Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT).awaitClose();
  }

  @Test
  void aReplyThatCannotBeWrittenIsAnInternalErrorAndTheHandlerGoesOn() throws Exception {
    Status status = statusOfAReplyThatThrows(THROWN);

    assertEquals(Status.Code.INTERNAL, status.getCode());
    assertEquals("Internal error so cancelling stream.", status.getDescription());
    assertNull(status.getCause());
    assertEquals("went on", handler.poll(10, TimeUnit.SECONDS));
  }

  @Test
  void aStatusThatIsThrownWhileAReplyIsWrittenIsTheCalls() throws Exception {
    Status status =
        statusOfAReplyThatThrows(Status.DATA_LOSS.withDescription("gone").asRuntimeException());

    assertEquals(Status.Code.DATA_LOSS, status.getCode());
    assertEquals("gone", status.getDescription());
  }

  @Test
  void whatAHandlerSendsAfterItsOwnCloseIsItsError() throws Exception {
    BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    (call, headers) -> {
                      call.close(Status.ABORTED, new Metadata());
                      thrown.add(
                          assertThrows(
                              IllegalStateException.class,
                              () -> call.close(Status.OK, new Metadata())));
                      return new ServerCall.Listener<>() {};
                    })));

    assertEquals(
        Status.Code.ABORTED,
        Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT).awaitClose().getCode());
    assertEquals("call is closed", thrown.poll(10, TimeUnit.SECONDS).getMessage());
  }

  @Test
  void aReplyThatCannotBeReadCancelsTheCall() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));
    MethodDescriptor<byte[], byte[]> method =
        Raw.UNARY.toBuilder().setResponseMarshaller(throwing(THROWN)).build();

    Status status = Raw.unary(local.channel(), method, CallOptions.DEFAULT).awaitClose();

    assertEquals(Status.Code.CANCELLED, status.getCode());
    assertEquals("Failed to read message.", status.getDescription());
    assertSame(THROWN, status.getCause());
  }

  @Test
  void aMessageMayBeDetached() throws IOException {
    InboundMessage message = new InboundMessage(new byte[] {1, 2, 3}, 0, 3);
    assertEquals(1, message.read());

    InputStream detached = ((Detachable) message).detach();

    assertEquals(-1, message.read());
    assertEquals(2, detached.available());
    assertEquals(2, detached.read());
    assertEquals(3, detached.read());
    assertEquals(-1, detached.read());
  }
}
