package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.GeneratedMessage;
import com.google.protobuf.RuntimeVersion;
import com.google.protobuf.StringValue;
import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the protoc of protobuf 4 generates, on the runtime of protobuf 4 and gRPC's one
 * grpc-protobuf.
 */
final class Protobuf4Test {
  @TempDir Path directory;

  private Pair pair;

  @BeforeEach
  void open() throws Exception {
    pair = new Pair(directory, new Parrot());
  }

  @AfterEach
  void close() throws Exception {
    pair.close();
  }

  @Test
  void codeAndRuntimeAreThoseOfProtobuf4() {
    assertEquals(4, RuntimeVersion.OSS_MAJOR);
    assertTrue(GeneratedMessage.class.isAssignableFrom(Word.class));
    assertTrue(
        ParrotGrpc.getServiceDescriptor().getSchemaDescriptor()
            instanceof ProtoFileDescriptorSupplier);
  }

  @Test
  void aRichStatusArrivesWithItsDetails() throws Exception {
    com.google.rpc.Status rich =
        com.google.rpc.Status.newBuilder()
            .setCode(com.google.rpc.Code.ABORTED_VALUE)
            .setMessage("no seeds left")
            .addDetails(Any.pack(StringValue.of("sunflower")))
            .build();
    pair.close();
    pair =
        new Pair(
            directory,
            new ParrotGrpc.ParrotImplBase() {
              @Override
              public void say(Word request, StreamObserver<Word> replies) {
                replies.onError(StatusProto.toStatusRuntimeException(rich));
              }
            });

    var e =
        assertThrows(
            StatusRuntimeException.class,
            () -> ParrotGrpc.newBlockingStub(pair.channel).say(Parrot.word("a")));

    assertEquals(rich, StatusProto.fromThrowable(e));
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
