package dev.strait.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Methods whose messages are plain bytes, without protobuf and without stubs. */
final class Raw {
  static final MethodDescriptor<byte[], byte[]> UNARY = method("Unary", MethodType.UNARY);
  static final MethodDescriptor<byte[], byte[]> SERVER_STREAM =
      method("ServerStream", MethodType.SERVER_STREAMING);
  static final MethodDescriptor<byte[], byte[]> CLIENT_STREAM =
      method("ClientStream", MethodType.CLIENT_STREAMING);
  static final MethodDescriptor<byte[], byte[]> BIDI = method("Bidi", MethodType.BIDI_STREAMING);

  private Raw() {}

  /** Messages as they are; the stream does not know its length. */
  static final class BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try (stream) {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Messages as they are, in streams that know their length, as protobuf's do. */
  static final class KnownLengthMarshaller implements MethodDescriptor.Marshaller<byte[]> {
    private static final class Known extends ByteArrayInputStream implements KnownLength {
      Known(byte[] bytes) {
        super(bytes);
      }
    }

    @Override
    public InputStream stream(byte[] value) {
      return new Known(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      return new BytesMarshaller().parse(stream);
    }
  }

  /** The same method, with messages that know their length. */
  static MethodDescriptor<byte[], byte[]> knowingLengths(MethodDescriptor<byte[], byte[]> method) {
    return method.toBuilder()
        .setRequestMarshaller(new KnownLengthMarshaller())
        .setResponseMarshaller(new KnownLengthMarshaller())
        .build();
  }

  static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName("raw", name))
        .setRequestMarshaller(new BytesMarshaller())
        .setResponseMarshaller(new BytesMarshaller())
        .build();
  }

  /** A service of one method. */
  static ServerServiceDefinition service(
      MethodDescriptor<byte[], byte[]> method, ServerCallHandler<byte[], byte[]> handler) {
    return ServerServiceDefinition.builder("raw").addMethod(method, handler).build();
  }

  /** Answers each message with itself, and closes when the client does. */
  static ServerCallHandler<byte[], byte[]> echo() {
    return (call, headers) -> {
      call.sendHeaders(new Metadata());
      call.request(1);
      return new ServerCall.Listener<>() {
        @Override
        public void onMessage(byte[] message) {
          call.sendMessage(message);
          call.request(1);
        }

        @Override
        public void onHalfClose() {
          call.close(io.grpc.Status.OK, new Metadata());
        }
      };
    };
  }

  /** Makes a call of one message, and asks for two replies as stubs do. */
  static RecordingListener<byte[]> unary(
      Channel channel, MethodDescriptor<byte[], byte[]> method, CallOptions options, byte... data) {
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = channel.newCall(method, options);
    call.start(listener, new Metadata());
    call.request(2);
    call.sendMessage(data);
    call.halfClose();
    return listener;
  }
}
