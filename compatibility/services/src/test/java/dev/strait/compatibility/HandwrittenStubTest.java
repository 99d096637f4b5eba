package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A stub library of one's own, on io.grpc alone: nothing depends on io.grpc.stub. */
final class HandwrittenStubTest extends OnEachWire {
  private static final MethodDescriptor<String, String> METHOD = TextMarshaller.unary();

  /** The client's half: a call that completes a future, one message asked for at a time. */
  private static CompletableFuture<String> call(Channel channel, String request) {
    ClientCall<String, String> call = channel.newCall(METHOD, CallOptions.DEFAULT);
    CompletableFuture<String> answer = new CompletableFuture<>();
    call.start(
        new ClientCall.Listener<>() {
          private String reply;

          @Override
          public void onHeaders(Metadata headers) {
            call.request(1);
          }

          @Override
          public void onMessage(String message) {
            reply = message;
            call.request(1);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            if (status.isOk()) {
              answer.complete(reply);
            } else {
              answer.completeExceptionally(status.asRuntimeException(trailers));
            }
          }
        },
        new Metadata());
    call.sendMessage(request);
    call.halfClose();
    return answer;
  }

  /** The server's half: a function behind a listener. */
  private static ServerCallHandler<String, String> handler() {
    return (call, headers) -> {
      call.request(1);
      return new ServerCall.Listener<>() {
        private String request;

        @Override
        public void onMessage(String message) {
          request = message;
          call.request(1);
        }

        @Override
        public void onHalfClose() {
          if (request.isEmpty()) {
            call.close(Status.INVALID_ARGUMENT.withDescription("empty"), new Metadata());
            return;
          }
          call.sendHeaders(new Metadata());
          call.sendMessage("re: " + request);
          call.close(Status.OK, new Metadata());
        }
      };
    };
  }

  private Channel serve() throws Exception {
    return channelTo(
        serve(
            b ->
                b.addService(
                    ServerServiceDefinition.builder(TextMarshaller.SERVICE)
                        .addMethod(METHOD, handler())
                        .build())));
  }

  @Test
  void itsCallsAreAnswered() throws Exception {
    Channel channel = serve();

    for (int i = 0; i < 100; i++) {
      assertEquals("re: " + i, call(channel, "" + i).get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void itsFailuresAreStatuses() throws Exception {
    Channel channel = serve();

    var e =
        assertThrows(
            CompletionException.class,
            () -> call(channel, "").orTimeout(20, TimeUnit.SECONDS).join());

    Status status = ((StatusRuntimeException) e.getCause()).getStatus();
    assertEquals(Status.Code.INVALID_ARGUMENT, status.getCode());
    assertEquals("empty", status.getDescription());
  }
}
