package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.GeneratedMessageLite;
import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.MethodDescriptor;
import org.junit.jupiter.api.Test;

/** Stubs and messages of the lite runtime, beside which the full one is not there. */
final class ProtobufLiteTest extends ParrotCalls {
  @Test
  void theFullRuntimeIsAbsent() {
    assertTrue(GeneratedMessageLite.class.isAssignableFrom(Word.class));
    assertThrows(
        ClassNotFoundException.class, () -> Class.forName("com.google.protobuf.GeneratedMessage"));
    assertThrows(ClassNotFoundException.class, () -> Class.forName("io.grpc.protobuf.ProtoUtils"));
  }

  @Test
  void theMarshallersAreThoseOfTheLiteRuntime() {
    MethodDescriptor<Word, Word> method = ParrotGrpc.getSayMethod();

    assertTrue(
        method.getRequestMarshaller().getClass().getName().startsWith("io.grpc.protobuf.lite."));
    assertNull(method.getSchemaDescriptor());
  }
}
