package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.protobuf.ByteString;
import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.stub.BlockingClientCall;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls with generated stubs and messages, whatever generated them. */
abstract class ParrotCalls {
  @TempDir Path directory;

  Pair pair;

  @BeforeEach
  void open() throws Exception {
    pair = new Pair(directory, new Parrot());
  }

  @AfterEach
  void close() throws Exception {
    pair.close();
  }

  @Test
  void allKindsOfCall() throws Exception {
    ParrotGrpc.ParrotBlockingV2Stub stub = ParrotGrpc.newBlockingV2Stub(pair.channel);
    assertEquals("a", stub.say(Parrot.word("a")).getText());

    BlockingClientCall<?, Word> repeat =
        stub.repeat(Word.newBuilder().setText("a").setTimes(2).build());
    assertEquals("a0", repeat.read().getText());
    assertEquals("a1", repeat.read().getText());
    assertNull(repeat.read());

    BlockingClientCall<Word, Word> join = stub.join();
    join.write(Parrot.word("a"));
    join.write(Parrot.word("b"));
    join.halfClose();
    assertEquals("ab", join.read().getText());

    BlockingClientCall<Word, Word> chat = stub.chat();
    chat.write(Parrot.word("a"));
    assertEquals("a", chat.read().getText());
    chat.halfClose();
    assertNull(chat.read());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096, 65_536, 3_000_000})
  void aMessageOfAnySize(int bytes) {
    Word word = Word.newBuilder().setPayload(ByteString.copyFrom(new byte[bytes])).build();

    assertEquals(word, ParrotGrpc.newBlockingStub(pair.channel).say(word));
  }
}
