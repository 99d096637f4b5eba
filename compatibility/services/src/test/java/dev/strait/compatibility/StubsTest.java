package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The stubs that protoc makes, all kinds of call on each; and none. */
final class StubsTest extends OnEachWire {
  private Channel channel;

  @BeforeEach
  void serve() throws Exception {
    channel = channelTo(new Parrot());
  }

  private static Word times(String text, int times) {
    return Word.newBuilder().setText(text).setTimes(times).build();
  }

  @Test
  void blocking() {
    ParrotGrpc.ParrotBlockingStub stub = ParrotGrpc.newBlockingStub(channel);

    assertEquals("a", stub.say(Parrot.word("a")).getText());
    List<String> heard = new ArrayList<>();
    stub.repeat(times("a", 1000)).forEachRemaining(word -> heard.add(word.getText()));
    assertEquals(1000, heard.size());
    assertEquals("a999", heard.get(999));
  }

  @Test
  void future() throws Exception {
    assertEquals(
        "a",
        ParrotGrpc.newFutureStub(channel)
            .say(Parrot.word("a"))
            .get(20, TimeUnit.SECONDS)
            .getText());
  }

  @Test
  void async() throws Exception {
    ParrotGrpc.ParrotStub stub = ParrotGrpc.newStub(channel);

    Replies<Word> said = new Replies<>();
    stub.say(Parrot.word("a"), said);
    assertEquals("a", said.next().getText());
    said.assertCompleted();

    Replies<Word> repeated = new Replies<>();
    stub.repeat(times("a", 2), repeated);
    assertEquals("a0", repeated.next().getText());
    assertEquals("a1", repeated.next().getText());
    repeated.assertCompleted();

    Replies<Word> joined = new Replies<>();
    StreamObserver<Word> joining = stub.join(joined);
    joining.onNext(Parrot.word("a"));
    joining.onNext(Parrot.word("b"));
    joining.onCompleted();
    assertEquals("ab", joined.next().getText());
    joined.assertCompleted();

    Replies<Word> chatted = new Replies<>();
    StreamObserver<Word> chatting = stub.chat(chatted);
    chatting.onNext(Parrot.word("a"));
    assertEquals("a", chatted.next().getText());
    chatting.onNext(Parrot.word("b"));
    assertEquals("b", chatted.next().getText());
    chatting.onCompleted();
    chatted.assertCompleted();
  }

  @Test
  void blockingV2() throws Exception {
    ParrotGrpc.ParrotBlockingV2Stub stub = ParrotGrpc.newBlockingV2Stub(channel);

    assertEquals("a", stub.say(Parrot.word("a")).getText());

    BlockingClientCall<?, Word> repeat = stub.repeat(times("a", 3));
    assertEquals("a0", repeat.read().getText());
    assertEquals("a1", repeat.read(20, TimeUnit.SECONDS).getText());
    assertTrue(repeat.hasNext());
    assertEquals("a2", repeat.read().getText());
    assertFalse(repeat.hasNext());
    assertNull(repeat.read());

    BlockingClientCall<Word, Word> join = stub.join();
    assertTrue(join.write(Parrot.word("a")));
    assertTrue(join.write(Parrot.word("b")));
    join.halfClose();
    assertEquals("ab", join.read().getText());
    assertNull(join.read());

    BlockingClientCall<Word, Word> chat = stub.chat();
    for (String text : List.of("a", "b", "c")) {
      assertTrue(chat.write(Parrot.word(text)));
      assertEquals(text, chat.read().getText());
    }
    chat.halfClose();
    assertNull(chat.read());
  }

  @Test
  void blockingV2ThatIsCancelled() throws Exception {
    BlockingClientCall<Word, Word> chat = ParrotGrpc.newBlockingV2Stub(channel).chat();
    chat.write(Parrot.word("a"));
    assertEquals("a", chat.read().getText());

    chat.cancel("enough", null);

    Status status = assertThrows(StatusException.class, chat::read).getStatus();
    assertEquals(Status.Code.CANCELLED, status.getCode());
    assertEquals("enough", status.getDescription());
  }

  /** The server takes one message; so writing stops until it takes more, and nothing is lost. */
  @Test
  void blockingV2WritesNoFasterThanTheServerTakes() throws Exception {
    CompletableFuture<ServerCallStreamObserver<Word>> calls = new CompletableFuture<>();
    BlockingQueue<Integer> taken = new LinkedBlockingQueue<>();
    Channel slow =
        channelTo(
            serve(
                new ParrotGrpc.ParrotImplBase() {
                  @Override
                  public StreamObserver<Word> chat(StreamObserver<Word> replies) {
                    var call = (ServerCallStreamObserver<Word>) replies;
                    call.disableAutoRequest();
                    calls.complete(call);
                    return new StreamObserver<>() {
                      @Override
                      public void onNext(Word word) {
                        taken.add(word.getTimes());
                      }

                      @Override
                      public void onError(Throwable t) {}

                      @Override
                      public void onCompleted() {
                        call.onCompleted();
                      }
                    };
                  }
                }));
    BlockingClientCall<Word, Word> chat = ParrotGrpc.newBlockingV2Stub(slow).chat();
    ByteString payload = ByteString.copyFrom(new byte[64 << 10]);
    ServerCallStreamObserver<Word> call = null;

    int written = 0;
    while (write(chat, written, payload)) {
      written++;
      call = calls.get(20, TimeUnit.SECONDS);
      assertTrue(written < 1000, "64 MB are written and the server has taken none");
    }

    assertEquals(0, taken.size());
    call.request(written);
    for (int i = 0; i < written; i++) {
      assertEquals(i, taken.poll(20, TimeUnit.SECONDS));
    }
    assertTrue(chat.write(Word.newBuilder().setTimes(written).build(), 20, TimeUnit.SECONDS));
    chat.halfClose();
    call.request(2);
    assertNull(chat.read());
  }

  private static boolean write(BlockingClientCall<Word, Word> chat, int number, ByteString payload)
      throws Exception {
    Word word = Word.newBuilder().setTimes(number).setPayload(payload).build();
    try {
      return chat.write(word, 200, TimeUnit.MILLISECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      return false;
    }
  }

  @Test
  void noStubAtAll() throws Exception {
    ClientCall<Word, Word> call = channel.newCall(ParrotGrpc.getChatMethod(), CallOptions.DEFAULT);
    BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(Word word) {
            events.add(word.getText());
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            events.add(status.getCode());
          }
        },
        new Metadata());
    call.request(2);
    call.sendMessage(Parrot.word("a"));
    call.sendMessage(Parrot.word("b"));
    call.halfClose();

    assertEquals("a", events.poll(20, TimeUnit.SECONDS));
    assertEquals("b", events.poll(20, TimeUnit.SECONDS));
    assertEquals(Status.Code.OK, events.poll(20, TimeUnit.SECONDS));
  }
}
