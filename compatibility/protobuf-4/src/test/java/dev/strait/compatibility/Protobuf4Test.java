package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.GeneratedMessage;
import com.google.protobuf.RuntimeVersion;
import com.google.protobuf.StringValue;
import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.Test;

/**
 * What the protoc of protobuf 4 generates, on the runtime of protobuf 4 and gRPC's one
 * grpc-protobuf.
 */
final class Protobuf4Test extends ParrotCalls {
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
}
