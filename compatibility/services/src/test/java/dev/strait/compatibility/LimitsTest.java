package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import org.junit.jupiter.api.Test;

/** The limits of both sides, and the texts that users see when they meet one. */
final class LimitsTest extends OnEachWire {
  private static final Metadata.Key<String> PADDING =
      Metadata.Key.of("padding", Metadata.ASCII_STRING_MARSHALLER);

  private static Word ofBytes(int size) {
    return Word.newBuilder().setPayload(ByteString.copyFrom(new byte[size])).build();
  }

  private static Metadata padding(int size) {
    Metadata metadata = new Metadata();
    metadata.put(PADDING, "x".repeat(size));
    return metadata;
  }

  private static Status failure(ParrotGrpc.ParrotBlockingStub stub, Word word) {
    return assertThrows(StatusRuntimeException.class, () -> stub.say(word)).getStatus();
  }

  private static void assertFails(String text, Status actual) {
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, actual.getCode(), actual::toString);
    assertEquals(text, actual.getDescription());
  }

  /** Over HTTP/2 it is the connection's own error. */
  private void assertMetadataTooLarge(Status actual) {
    if (wire.isStrait()) {
      assertFails(
          "metadata of at least 1039 bytes in 1 entries is over the peer's limit of 1000 bytes",
          actual);
    } else {
      assertEquals(Status.Code.INTERNAL, actual.getCode(), actual::toString);
    }
  }

  @Test
  void aRequestBeyondTheServersLimit() throws Exception {
    Server server = serve(b -> b.addService(new Parrot()).maxInboundMessageSize(1000));
    ParrotGrpc.ParrotBlockingStub stub = ParrotGrpc.newBlockingStub(channelTo(server));

    // Over HTTP/2 the text of the server does not reach the client in time.
    Status status = failure(stub, ofBytes(1001));
    if (wire.isStrait()) {
      assertFails("gRPC message exceeds maximum size 1000: 1004", status);
    } else {
      assertTrue(status.getCode() != Status.Code.OK);
    }
    assertEquals(900, stub.say(ofBytes(900)).getPayload().size());
  }

  @Test
  void aReplyBeyondTheChannelsLimit() throws Exception {
    ParrotGrpc.ParrotBlockingStub stub =
        ParrotGrpc.newBlockingStub(
            channelTo(serve(new Parrot()), b -> b.maxInboundMessageSize(1000)));

    assertFails("gRPC message exceeds maximum size 1000: 1004", failure(stub, ofBytes(1001)));
    assertEquals(900, stub.say(ofBytes(900)).getPayload().size());
  }

  @Test
  void aReplyBeyondTheCallsLimit() throws Exception {
    ParrotGrpc.ParrotBlockingStub stub =
        ParrotGrpc.newBlockingStub(channelTo(new Parrot())).withMaxInboundMessageSize(1000);

    assertFails("gRPC message exceeds maximum size 1000: 1004", failure(stub, ofBytes(1001)));
  }

  @Test
  void aReplyBeyondTheDefaultLimitOf4MiB() throws Exception {
    Server server = serve(b -> b.addService(new Parrot()).maxInboundMessageSize(8 << 20));

    assertFails(
        "gRPC message exceeds maximum size 4194304: 4194309",
        failure(ParrotGrpc.newBlockingStub(channelTo(server)), ofBytes(4 << 20)));
    assertEquals(
        4 << 20,
        ParrotGrpc.newBlockingStub(channelTo(server, b -> b.maxInboundMessageSize(8 << 20)))
            .say(ofBytes(4 << 20))
            .getPayload()
            .size());
  }

  @Test
  void aRequestBeyondTheCallsOwnLimit() throws Exception {
    assumeTrue(wire.isStrait(), "gRPC-Java 1.85.1 over Netty never ends such a call");
    ParrotGrpc.ParrotBlockingStub stub =
        ParrotGrpc.newBlockingStub(channelTo(new Parrot())).withMaxOutboundMessageSize(1000);

    Status status = failure(stub, ofBytes(1001));

    assertEquals(Status.Code.CANCELLED, status.getCode());
    assertFails("message too large 1004 > 1000", Status.fromThrowable(status.getCause()));
  }

  @Test
  void headersBeyondTheServersLimit() throws Exception {
    Server server = serve(b -> b.addService(new Parrot()).maxInboundMetadataSize(1000));
    ParrotGrpc.ParrotBlockingStub stub = ParrotGrpc.newBlockingStub(channelTo(server));

    Status status =
        failure(
            stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(padding(1000))),
            Parrot.word("a"));
    assertMetadataTooLarge(status);

    assertEquals(
        "a",
        stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(padding(500)))
            .say(Parrot.word("a"))
            .getText());
  }

  @Test
  void replyHeadersBeyondTheChannelsLimit() throws Exception {
    Server server = serve(b -> b.addService(new Parrot()).intercept(new Padded(1000, 0)));
    var stub = ParrotGrpc.newBlockingStub(channelTo(server, b -> b.maxInboundMetadataSize(1000)));

    assertMetadataTooLarge(failure(stub, Parrot.word("a")));
    assertEquals(
        "a", ParrotGrpc.newBlockingStub(channelTo(server)).say(Parrot.word("a")).getText());
  }

  @Test
  void trailersBeyondTheChannelsLimit() throws Exception {
    Server server = serve(b -> b.addService(new Parrot()).intercept(new Padded(0, 1000)));
    var stub = ParrotGrpc.newBlockingStub(channelTo(server, b -> b.maxInboundMetadataSize(1000)));

    assertMetadataTooLarge(failure(stub, Parrot.word("a")));
    assertEquals(
        "a", ParrotGrpc.newBlockingStub(channelTo(server)).say(Parrot.word("a")).getText());
  }

  /** Adds to the metadata of each reply. */
  private record Padded(int inHeaders, int inTrailers) implements ServerInterceptor {
    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
        ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
      return next.startCall(
          new SimpleForwardingServerCall<>(call) {
            @Override
            public void sendHeaders(Metadata replyHeaders) {
              replyHeaders.merge(padding(inHeaders));
              super.sendHeaders(replyHeaders);
            }

            @Override
            public void close(Status status, Metadata trailers) {
              trailers.merge(padding(inTrailers));
              super.close(status, trailers);
            }
          },
          headers);
    }
  }
}
