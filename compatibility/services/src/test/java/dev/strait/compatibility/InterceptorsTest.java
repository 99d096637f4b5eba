package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpc.util.TransmitStatusRuntimeExceptionInterceptor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Interceptors of both sides, gRPC's own among them, and what they carry in metadata. */
final class InterceptorsTest extends OnEachWire {
  private static final Metadata.Key<String> NAME =
      Metadata.Key.of("name", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> BINARY =
      Metadata.Key.of("name-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private final List<String> order = new CopyOnWriteArrayList<>();

  private final class OnNewCall implements ClientInterceptor {
    private final String name;

    OnNewCall(String name) {
      this.name = name;
    }

    @Override
    public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
        MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
      order.add(name);
      return next.newCall(method, options);
    }
  }

  private OnCall serverSide(String name) {
    return new OnCall(() -> order.add(name));
  }

  /** Sends the headers of a call back as headers and as trailers. */
  private static final class Mirror implements ServerInterceptor {
    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
        ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
      return next.startCall(
          new SimpleForwardingServerCall<>(call) {
            @Override
            public void sendHeaders(Metadata replyHeaders) {
              copy(replyHeaders);
              super.sendHeaders(replyHeaders);
            }

            @Override
            public void close(Status status, Metadata trailers) {
              copy(trailers);
              super.close(status, trailers);
            }

            private void copy(Metadata to) {
              headers.getAll(NAME).forEach(value -> to.put(NAME, value));
              headers.getAll(BINARY).forEach(value -> to.put(BINARY, value));
            }
          },
          headers);
    }
  }

  @Test
  void theyRunInGrpcsOrder() throws Exception {
    Channel channel =
        channelTo(
            serve(
                b ->
                    b.addService(
                            ServerInterceptors.intercept(
                                new Parrot(), serverSide("service 1"), serverSide("service 2")))
                        .addService(
                            ServerInterceptors.interceptForward(
                                new io.grpc.protobuf.services.HealthStatusManager()
                                    .getHealthService(),
                                serverSide("unused")))
                        .intercept(serverSide("server 1"))
                        .intercept(serverSide("server 2"))),
            b -> b.intercept(new OnNewCall("channel 1"), new OnNewCall("channel 2")));
    Channel intercepted =
        ClientInterceptors.intercept(channel, new OnNewCall("client 1"), new OnNewCall("client 2"));

    ParrotGrpc.newBlockingStub(intercepted).say(Parrot.word("a"));

    assertEquals(
        List.of(
            "client 2",
            "client 1",
            "channel 2",
            "channel 1",
            "server 2",
            "server 1",
            "service 2",
            "service 1"),
        order);
  }

  @Test
  void metadataIsAttachedAndCaptured() throws Exception {
    Channel channel = channelTo(serve(b -> b.addService(new Parrot()).intercept(new Mirror())));
    Metadata attached = new Metadata();
    attached.put(NAME, "ann");
    attached.put(NAME, "bob");
    attached.put(BINARY, new byte[] {0, 1, (byte) 0xff});
    AtomicReference<Metadata> headers = new AtomicReference<>();
    AtomicReference<Metadata> trailers = new AtomicReference<>();

    ParrotGrpc.newBlockingStub(channel)
        .withInterceptors(
            MetadataUtils.newAttachHeadersInterceptor(attached),
            MetadataUtils.newCaptureMetadataInterceptor(headers, trailers))
        .say(Parrot.word("a"));

    for (Metadata captured : List.of(headers.get(), trailers.get())) {
      assertEquals(
          List.of("ann", "bob"),
          com.google.common.collect.Lists.newArrayList(captured.getAll(NAME)));
      assertEquals((byte) 0xff, captured.get(BINARY)[2]);
      assertEquals(3, captured.get(BINARY).length);
    }
  }

  /** Throws what it is told. */
  private static final class Throwing extends ParrotGrpc.ParrotImplBase {
    @Override
    public void say(Word request, StreamObserver<Word> replies) {
      Metadata trailers = new Metadata();
      trailers.put(NAME, "ann");
      throw Status.FAILED_PRECONDITION.withDescription("not now").asRuntimeException(trailers);
    }
  }

  @Test
  void whatAHandlerThrowsIsUnknownUnlessItIsTransmitted() throws Exception {
    StatusRuntimeException plain = failure(channelTo(new Throwing()));
    assertEquals(Status.Code.UNKNOWN, plain.getStatus().getCode());

    StatusRuntimeException transmitted =
        failure(
            channelTo(
                serve(
                    b ->
                        b.addService(new Throwing())
                            .intercept(TransmitStatusRuntimeExceptionInterceptor.instance()))));
    assertEquals(Status.Code.FAILED_PRECONDITION, transmitted.getStatus().getCode());
    assertEquals("not now", transmitted.getStatus().getDescription());
    assertEquals("ann", transmitted.getTrailers().get(NAME));
  }

  private static StatusRuntimeException failure(Channel channel) {
    return assertThrows(
        StatusRuntimeException.class,
        () -> ParrotGrpc.newBlockingStub(channel).say(Parrot.word("a")));
  }

  @Test
  void aRichStatusArrivesWithItsDetails() throws Exception {
    com.google.rpc.Status rich =
        com.google.rpc.Status.newBuilder()
            .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
            .setMessage("no seeds left: 種")
            .addDetails(Any.pack(ErrorInfo.newBuilder().setReason("SEEDS").build()))
            .addDetails(Any.pack(StringValue.of("sunflower")))
            .build();
    Metadata.Key<Word> wordKey = ProtoUtils.keyForProto(Word.getDefaultInstance());
    Metadata trailers = new Metadata();
    trailers.put(wordKey, Parrot.word("in a trailer"));
    Channel channel =
        channelTo(
            new ParrotGrpc.ParrotImplBase() {
              @Override
              public void say(Word request, StreamObserver<Word> replies) {
                replies.onError(StatusProto.toStatusRuntimeException(rich, trailers));
              }
            });

    StatusRuntimeException e = failure(channel);

    assertEquals(rich, StatusProto.fromThrowable(e));
    assertEquals(
        "SEEDS", StatusProto.fromThrowable(e).getDetails(0).unpack(ErrorInfo.class).getReason());
    assertEquals("in a trailer", e.getTrailers().get(wordKey).getText());
  }
}
