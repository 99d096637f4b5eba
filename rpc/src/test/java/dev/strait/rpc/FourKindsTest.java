package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The four kinds of call through generated stubs. */
abstract class FourKindsTest {
  private Server server;
  private ManagedChannel channel;

  abstract IpcAddress address();

  @BeforeEach
  void connect() throws IOException {
    IpcAddress address = address();
    server = TestBuilders.server(address).addService(new EchoService()).build().start();
    channel = TestBuilders.channel(address).build();
  }

  @AfterEach
  void disconnect() throws InterruptedException {
    channel.shutdown();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "the channel ends");
    server.shutdown();
    assertTrue(server.awaitTermination(10, TimeUnit.SECONDS), "the server ends");
  }

  @Test
  void aUnaryCallIsAnswered() {
    EchoReply reply = EchoGrpc.newBlockingStub(channel).unary(request("hello"));

    assertEquals("hello", reply.getText());
  }

  @Test
  void manyUnaryCallsAreAnsweredInTurn() {
    EchoGrpc.EchoBlockingStub stub = EchoGrpc.newBlockingStub(channel);
    for (int i = 0; i < 10_000; i++) {
      assertEquals("hello" + i, stub.unary(request("hello" + i)).getText());
    }
  }

  @Test
  void messagesOverManyFramesArriveWhole() {
    byte[] payload = new byte[3 << 20];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) (i * 31 >>> 3);
    }
    EchoRequest request = EchoRequest.newBuilder().setPayload(ByteString.copyFrom(payload)).build();

    EchoReply reply = EchoGrpc.newBlockingStub(channel).unary(request);

    assertEquals(request.getPayload(), reply.getPayload());
  }

  @Test
  void aServerStreamArrivesInOrder() {
    Iterator<EchoReply> replies =
        EchoGrpc.newBlockingStub(channel)
            .serverStream(EchoRequest.newBuilder().setText("x").setCount(5_000).build());

    int expected = 0;
    while (replies.hasNext()) {
      assertEquals(expected++, replies.next().getIndex());
    }
    assertEquals(5_000, expected);
  }

  @Test
  void aClientStreamIsAnsweredOnce() throws Exception {
    Collected collected = new Collected();
    StreamObserver<EchoRequest> requests = EchoGrpc.newStub(channel).clientStream(collected);
    for (String part : List.of("a", "b", "c")) {
      requests.onNext(request(part));
    }
    requests.onCompleted();

    List<EchoReply> replies = collected.done.get(10, TimeUnit.SECONDS);
    assertEquals(1, replies.size());
    assertEquals("abc", replies.get(0).getText());
    assertEquals(3, replies.get(0).getIndex());
  }

  @Test
  void bothSidesStream() throws Exception {
    Collected collected = new Collected();
    StreamObserver<EchoRequest> requests = EchoGrpc.newStub(channel).bidiStream(collected);
    for (int i = 0; i < 2_000; i++) {
      requests.onNext(request("m" + i));
    }
    requests.onCompleted();

    List<EchoReply> replies = collected.done.get(10, TimeUnit.SECONDS);
    assertEquals(2_000, replies.size());
    for (int i = 0; i < 2_000; i++) {
      assertEquals("m" + i, replies.get(i).getText());
    }
  }

  private static EchoRequest request(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  /** Keeps the replies until the call ends. */
  private static final class Collected implements StreamObserver<EchoReply> {
    final CompletableFuture<List<EchoReply>> done = new CompletableFuture<>();
    private final List<EchoReply> replies = new ArrayList<>();

    @Override
    public void onNext(EchoReply reply) {
      replies.add(reply);
    }

    @Override
    public void onError(Throwable t) {
      done.completeExceptionally(t);
    }

    @Override
    public void onCompleted() {
      done.complete(replies);
    }
  }
}
