package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** S9: peers that send none or two messages where one is due. */
final class CardinalityTest {
  private static final String[] ONE_REQUEST = {
    "strait.test.Echo/Unary", "strait.test.Echo/ServerStream"
  };

  @RegisterExtension final Local local = Local.memory();

  /** Generated stubs ask for two, so that they notice. */
  @Test
  void aServerWhoseCallerSendsNoneOrTwoRequestsSaysSo() throws Exception {
    local.serveEcho();
    ScriptedPeer peer = local.greetedPeer();
    byte[] request = EchoRequest.newBuilder().setText("x").build().toByteArray();
    int id = 1;
    for (String method : ONE_REQUEST) {
      peer.open(id, method, FrameType.FLAG_END);
      assertEquals(Status.Code.INTERNAL.value(), peer.nextButWindow().statusCode(), method);
      id += 2;
      peer.open(id, method, FrameType.FLAG_WITH_MESSAGE, request);
      peer.send(id, FrameType.MESSAGE, FrameType.FLAG_END, Data.of(request));
      assertEquals(Status.Code.INTERNAL.value(), peer.nextButWindow().statusCode(), method);
      id += 2;
    }
    peer.unary(id, ONE_REQUEST[0], request);
    assertEquals(0, peer.nextButWindow().statusCode());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aBlockingCallerThatGetsNoneOrTwoRepliesSaysSo(int replies) throws Exception {
    ScriptedPeer.Listening server = local.listen();
    EchoGrpc.EchoFutureStub stub = EchoGrpc.newFutureStub(local.channel());
    var reply = stub.unary(EchoRequest.getDefaultInstance());
    ScriptedPeer peer = local.closing(server.acceptAndGreet());

    answer(peer, replies);

    Exception thrown =
        assertThrows(ExecutionException.class, () -> reply.get(15, TimeUnit.SECONDS));
    Status status = ((StatusRuntimeException) thrown.getCause()).getStatus();
    assertTrue(
        status.getCode() == Status.Code.INTERNAL || status.getCode() == Status.Code.CANCELLED,
        status::toString);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aStreamingCallerThatGetsNoneOrTwoRepliesSaysSo(int replies) throws Exception {
    ScriptedPeer.Listening server = local.listen();
    CompletableFuture<Status> end = new CompletableFuture<>();
    EchoGrpc.newStub(local.channel())
        .clientStream(
            new StreamObserver<>() {
              @Override
              public void onNext(EchoReply reply) {}

              @Override
              public void onError(Throwable thrown) {
                end.complete(Status.fromThrowable(thrown));
              }

              @Override
              public void onCompleted() {
                end.complete(Status.OK);
              }
            });
    ScriptedPeer peer = local.closing(server.acceptAndGreet());

    answer(peer, replies);

    Status status = end.get(15, TimeUnit.SECONDS);
    // Of a caller that streams gRPC's observers take the answer as it is, if there is none.
    assertEquals(
        replies == 0 ? Status.Code.OK : Status.Code.CANCELLED, status.getCode(), status::toString);
  }

  private static void answer(ScriptedPeer peer, int replies) {
    int id = peer.next(FrameType.OPEN).streamId();
    for (int i = 0; i < replies; i++) {
      peer.send(id, FrameType.MESSAGE, 0, Data.of());
    }
    peer.send(id, FrameType.CLOSE, 0, new Data().u8(0).u16(0).noMetadata());
  }
}
