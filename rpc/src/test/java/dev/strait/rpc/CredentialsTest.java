package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link CallCredentials} add their metadata before a call is sent, or prevent it. */
final class CredentialsTest {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  @RegisterExtension final Local local = Local.memory();

  private final BlockingQueue<Metadata> seen = new LinkedBlockingQueue<>();

  private ManagedChannel serve() throws Exception {
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    (call, headers) -> {
                      seen.add(headers);
                      call.sendHeaders(new Metadata());
                      call.sendMessage(new byte[0]);
                      call.close(Status.OK, new Metadata());
                      return new ServerCall.Listener<>() {};
                    })));
    return local.channel();
  }

  private static CallOptions with(
      BiConsumer<CallCredentials.RequestInfo, CallCredentials.MetadataApplier> action) {
    return CallOptions.DEFAULT.withCallCredentials(
        new CallCredentials() {
          @Override
          public void applyRequestMetadata(
              RequestInfo request, Executor executor, MetadataApplier applier) {
            action.accept(request, applier);
          }
        });
  }

  private static Metadata token(String value) {
    Metadata metadata = new Metadata();
    metadata.put(TOKEN, value);
    return metadata;
  }

  @Test
  void whatCredentialsAddArrives() throws Exception {
    ManagedChannel channel = serve();

    RecordingListener<byte[]> call =
        Raw.unary(channel, Raw.UNARY, with((request, to) -> to.apply(token("a"))));

    assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
    assertEquals("a", seen.take().get(TOKEN));
  }

  @Test
  void theyAreToldOfTheCall() throws Exception {
    ManagedChannel channel = serve();
    BlockingQueue<String> told = new LinkedBlockingQueue<>();

    Raw.unary(
            channel,
            Raw.UNARY,
            with(
                (request, to) -> {
                  MethodDescriptor<?, ?> method = request.getMethodDescriptor();
                  told.add(method.getFullMethodName() + " at " + request.getAuthority());
                  to.apply(new Metadata());
                }))
        .awaitClose();

    assertEquals("raw/Unary at localhost", told.take());
  }

  @Test
  void aCallWaitsForCredentialsThatComeLater() throws Exception {
    ManagedChannel channel = serve();
    BlockingQueue<CallCredentials.MetadataApplier> later = new LinkedBlockingQueue<>();
    RecordingListener<byte[]> call =
        Raw.unary(channel, Raw.UNARY, with((request, to) -> later.add(to)));
    CallCredentials.MetadataApplier applier = later.take();
    assertFalse(call.isClosed());
    assertEquals(ConnectivityState.IDLE, channel.getState(false));

    applier.apply(token("late"));

    assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
    assertEquals("late", seen.take().get(TOKEN));
    assertThrows(IllegalStateException.class, () -> applier.apply(token("twice")));
  }

  @Test
  void credentialsThatFailFailTheCallAndNothingIsSent() throws Exception {
    ManagedChannel channel = serve();

    RecordingListener<byte[]> call =
        Raw.unary(
            channel,
            Raw.UNARY,
            with((request, to) -> to.fail(Status.PERMISSION_DENIED.withDescription("no token"))));

    assertEquals(Status.Code.PERMISSION_DENIED, call.awaitClose().getCode());
    assertEquals("no token", call.status.getDescription());
    call.assertClosedOnce();
    assertEquals(ConnectivityState.IDLE, channel.getState(false));
  }

  @Test
  void credentialsThatThrowFailTheCall() throws Exception {
    ManagedChannel channel = serve();

    RecordingListener<byte[]> call =
        Raw.unary(
            channel,
            Raw.UNARY,
            with(
                (request, to) -> {
                  throw new IllegalStateException("on purpose");
                }));

    assertEquals(Status.Code.UNAUTHENTICATED, call.awaitClose().getCode());
    assertEquals("on purpose", call.status.getCause().getMessage());
  }

  @Test
  void aCallThatIsCancelledMeanwhileIsNotSentByLateCredentials() throws Exception {
    ManagedChannel channel = serve();
    BlockingQueue<CallCredentials.MetadataApplier> later = new LinkedBlockingQueue<>();
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call =
        channel.newCall(Raw.UNARY, with((request, to) -> later.add(to)));
    call.start(listener, new Metadata());
    call.sendMessage(new byte[0]);
    call.halfClose();

    call.cancel("too late", null);
    later.take().apply(token("late"));

    assertEquals(Status.Code.CANCELLED, listener.awaitClose().getCode());
    assertTrue(Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT).awaitClose().isOk());
    assertEquals(null, seen.take().get(TOKEN));
    assertEquals(null, seen.poll(0, TimeUnit.SECONDS));
  }
}
