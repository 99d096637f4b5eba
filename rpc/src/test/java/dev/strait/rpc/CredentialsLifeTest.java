package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallCredentials;
import io.grpc.CallCredentials.MetadataApplier;
import io.grpc.CallCredentials.RequestInfo;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.CompositeCallCredentials;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls that end, or go on, while their credentials are awaited; on a clock of the test's own. */
final class CredentialsLifeTest {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  @RegisterExtension final Local local = Local.memory();

  private final VirtualTime time = new VirtualTime();
  private final BlockingQueue<Metadata> seen = new LinkedBlockingQueue<>();
  private final BlockingQueue<MetadataApplier> asked = new LinkedBlockingQueue<>();
  private final BlockingQueue<RequestInfo> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<Executor> executors = new LinkedBlockingQueue<>();
  private ManagedChannel channel;

  /** Answered by the test. */
  private final CallCredentials later =
      new CallCredentials() {
        @Override
        public void applyRequestMetadata(
            RequestInfo request, Executor executor, MetadataApplier applier) {
          requests.add(request);
          executors.add(executor);
          asked.add(applier);
        }
      };

  private final CallOptions options = CallOptions.DEFAULT.withCallCredentials(later);

  @BeforeEach
  void serve() throws Exception {
    local.serve(
        b ->
            time.drive(
                b.addService(
                    Raw.service(
                        Raw.BIDI,
                        (call, headers) -> {
                          seen.add(headers);
                          return Raw.echo().startCall(call, headers);
                        }))));
    channel = local.channel(time::drive);
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(ScriptedPeer.HANG.toSeconds(), TimeUnit.SECONDS);
    assertNotNull(next);
    return next;
  }

  private static Metadata token(String value) {
    Metadata metadata = new Metadata();
    metadata.put(TOKEN, value);
    return metadata;
  }

  /** What the server saw of the calls so far is one without a token, which is the last. */
  private void assertOnlyTheNextCallIsSeen() throws Exception {
    RecordingListener<byte[]> next = Raw.unary(channel, Raw.BIDI, CallOptions.DEFAULT);
    assertTrue(next.awaitClose().isOk(), () -> next.status.toString());
    assertNull(next(seen).get(TOKEN));
    assertTrue(seen.isEmpty());
  }

  @Test
  void aDeadlinePassesWhileCredentialsAreAwaitedAndNothingIsSent() throws Exception {
    RecordingListener<byte[]> call =
        Raw.unary(channel, Raw.BIDI, options.withDeadline(time.deadlineIn(Duration.ofSeconds(5))));
    MetadataApplier applier = next(asked);
    time.advance(Duration.ofNanos(4_999_999_999L));
    assertFalse(call.isClosed());

    time.advance(Duration.ofNanos(1));

    assertEquals(Status.Code.DEADLINE_EXCEEDED, call.awaitClose().getCode());
    applier.apply(token("late"));
    call.assertClosedOnce();
    assertOnlyTheNextCallIsSeen();
  }

  @Test
  void aDeadlineOfTheContextPassesTooAndALateFailureIsNotHeard() throws Exception {
    Context.CancellableContext context =
        Context.current().withDeadline(time.deadlineIn(Duration.ofSeconds(5)), time.scheduler());
    RecordingListener<byte[]> call = context.call(() -> Raw.unary(channel, Raw.BIDI, options));
    MetadataApplier applier = next(asked);

    time.advance(Duration.ofSeconds(5));

    assertEquals(Status.Code.DEADLINE_EXCEEDED, call.awaitClose().getCode());
    applier.fail(Status.PERMISSION_DENIED);
    call.assertClosedOnce();
    assertOnlyTheNextCallIsSeen();
    context.cancel(null);
  }

  @Test
  void aStreamWaitsWithItsMessagesForItsCredentials() throws Exception {
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = channel.newCall(Raw.BIDI, options);
    call.start(listener, new Metadata());
    call.request(3);
    for (byte i = 1; i <= 2; i++) {
      call.sendMessage(new byte[] {i});
    }
    next(asked).apply(token("a"));
    call.sendMessage(new byte[] {3});
    call.halfClose();

    assertTrue(listener.awaitClose().isOk(), () -> listener.status.toString());
    assertEquals(3, listener.messages.size());
    for (int i = 0; i < 3; i++) {
      assertEquals(i + 1, listener.messages.get(i)[0]);
    }
    assertEquals("a", next(seen).get(TOKEN));
  }

  @Test
  void severalCredentialsAddOneAfterTheOther() throws Exception {
    RecordingListener<byte[]> call =
        Raw.unary(
            channel,
            Raw.BIDI,
            CallOptions.DEFAULT.withCallCredentials(new CompositeCallCredentials(later, later)));

    next(asked).apply(token("a"));
    next(asked).apply(token("b"));

    assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
    Iterable<String> tokens = next(seen).getAll(TOKEN);
    assertNotNull(tokens);
    assertEquals("a b", String.join(" ", tokens));
  }

  @Test
  void theyAreToldThatNobodyListensAndWhereTheyMayRun() throws Exception {
    Executor own = Runnable::run;

    Raw.unary(channel, Raw.BIDI, options.withExecutor(own).withAuthority("somebody"));

    RequestInfo request = next(requests);
    assertEquals(SecurityLevel.PRIVACY_AND_INTEGRITY, request.getSecurityLevel());
    assertEquals("somebody", request.getAuthority());
    assertEquals(own, next(executors));
    next(asked).fail(Status.CANCELLED);
  }
}
