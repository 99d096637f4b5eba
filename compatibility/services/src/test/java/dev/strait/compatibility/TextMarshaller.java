package dev.strait.compatibility;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Text as UTF-8. A test overrides what it wants to go wrong. */
class TextMarshaller implements MethodDescriptor.Marshaller<String> {
  static final String SERVICE = "text";

  @Override
  public InputStream stream(String value) {
    return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String parse(InputStream stream) {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static MethodDescriptor<String, String> method(
      MethodType type,
      MethodDescriptor.Marshaller<String> requests,
      MethodDescriptor.Marshaller<String> responses) {
    return MethodDescriptor.<String, String>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Echo"))
        .setRequestMarshaller(requests)
        .setResponseMarshaller(responses)
        .build();
  }

  static MethodDescriptor<String, String> unary() {
    return method(MethodType.UNARY, new TextMarshaller(), new TextMarshaller());
  }
}
