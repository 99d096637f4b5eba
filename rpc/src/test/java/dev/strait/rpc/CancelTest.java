package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.transport.contract.TestThread;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cancellations that race with everything else in a call. */
final class CancelTest {
  private static final int CALLS = 1_000;
  private static final int NIGHTLY_CALLS = 5_000;

  @RegisterExtension final Local local = Local.memory();

  private final Ledger ledger = new Ledger();

  /** With what the cancellation races. */
  private enum Race {
    START,
    HEADERS,
    HALF_CLOSE,
    STATUS,
    DEADLINE
  }

  /** C1. */
  @ParameterizedTest
  @EnumSource
  void aCancelThatRacesEndsTheCallOnceOnBothSides(Race race) throws Exception {
    race(race, CALLS);
  }

  /** C1. */
  @ParameterizedTest
  @EnumSource
  @Tag("nightly")
  void fiveThousandCancelsThatRaceEndTheirCallsOnceOnBothSides(Race race) throws Exception {
    race(race, NIGHTLY_CALLS);
  }

  /**
   * Two threads meet and then go on at once, one to cancel and the other to do what races with it;
   * a short random pause lets either be first.
   */
  private void race(Race race, int calls) throws Exception {
    local.serve(b -> b.intercept(ledger).addService(Raw.service(Raw.BIDI, CancelTest::answer)));
    ManagedChannel channel = local.channel();
    SplittableRandom random = new SplittableRandom(race.ordinal());
    CyclicBarrier together = new CyclicBarrier(2);
    ClientCall<?, ?>[] cancelled = new ClientCall<?, ?>[1];
    int[] pauses = new int[calls];
    for (int i = 0; i < calls; i++) {
      pauses[i] = random.nextInt(2_000);
    }
    TestThread canceller =
        TestThread.run(
            () -> {
              for (int i = 0; i < calls; i++) {
                together.await(15, TimeUnit.SECONDS);
                pause(pauses[i]);
                cancelled[0].cancel("it races", null);
                together.await(15, TimeUnit.SECONDS);
              }
            });
    Map<Integer, RecordingListener<byte[]>> listeners = new HashMap<>();
    for (int i = 0; i < calls; i++) {
      RecordingListener<byte[]> listener = new RecordingListener<>();
      CallOptions options =
          race == Race.DEADLINE
              ? CallOptions.DEFAULT.withDeadlineAfter(
                  random.nextInt(1, 200_000), TimeUnit.NANOSECONDS)
              : CallOptions.DEFAULT;
      ClientCall<byte[], byte[]> call = channel.newCall(Raw.BIDI, options);
      cancelled[0] = call;
      if (race != Race.START) {
        call.start(listener, Ledger.number(i));
        call.request(1);
      }
      if (race == Race.HALF_CLOSE || race == Race.DEADLINE) {
        call.sendMessage(new byte[1]);
      }
      together.await(15, TimeUnit.SECONDS);
      pause(2_000 - pauses[i]);
      switch (race) {
        case START -> call.start(listener, Ledger.number(i));
        // The server answers the first message with headers and the end with a status.
        case HEADERS -> sendUnlessCancelled(call);
        case STATUS -> {
          sendUnlessCancelled(call);
          call.halfClose();
        }
        case HALF_CLOSE -> call.halfClose();
        case DEADLINE -> {}
      }
      together.await(15, TimeUnit.SECONDS);
      listeners.put(i, listener);
    }
    canceller.finish();

    ledger.assertAgreesWith(listeners);
    assertTrue(ledger.begun() > 0, "no call reached the server");
    channel.shutdown();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "a call is still counted");
  }

  /**
   * A thread has begun to cancel a call that waits to be opened, when another one finds that it
   * never will be: then the first one ends it, and says why.
   */
  @Test
  void aCallThatIsBeingCancelledIsNotLostWithItsConnection() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel = local.channel();
    channel.newCall(Raw.BIDI, CallOptions.DEFAULT).start(new RecordingListener<>(), new Metadata());
    ScriptedPeer peer = local.closing(server.accept());
    peer.hello(Limits.DEFAULTS.withMaxStreams(1));
    peer.next(FrameType.OPEN);
    RecordingListener<byte[]> listener = new RecordingListener<>();
    var call = (IpcClientCall<byte[], byte[]>) channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    ClientStream stream = call.stream;

    stream.reset();
    stream.connection().end().lose(stream, false);
    call.cancel("in time", null);

    Status status = listener.awaitClose();
    assertEquals(Status.Code.CANCELLED, status.getCode(), status::toString);
    assertEquals("in time", status.getDescription());
    listener.assertClosedOnce();
  }

  private static void sendUnlessCancelled(ClientCall<byte[], byte[]> call) {
    try {
      call.sendMessage(new byte[1]);
    } catch (IllegalStateException cancelled) {
      // As a call may say that was cancelled before.
    }
  }

  private static void pause(int spins) {
    for (int i = 0; i < spins; i++) {
      Thread.onSpinWait();
    }
  }

  private static ServerCall.Listener<byte[]> answer(
      ServerCall<byte[], byte[]> call, Metadata headers) {
    call.request(2);
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(byte[] message) {
        call.sendHeaders(new Metadata());
        call.sendMessage(message);
      }

      @Override
      public void onHalfClose() {
        call.close(Status.OK, new Metadata());
      }
    };
  }

  /** C5: the server has no thread for the call; its caller is told by the deadline all the same. */
  @Test
  void aBlockingCallReturnsWhenExecutorsAreSaturated() throws Exception {
    Semaphore release = new Semaphore(0);
    ExecutorService saturated = Executors.newSingleThreadExecutor();
    local.closing(saturated::shutdownNow);
    local.closing(release::release);
    saturated.execute(release::acquireUninterruptibly);
    local.serve(b -> b.executor(saturated).addService(new EchoService()));
    ManagedChannel channel = local.channel(b -> b.executor(saturated));
    EchoGrpc.EchoBlockingStub stub =
        EchoGrpc.newBlockingStub(channel)
            .withExecutor(saturated)
            .withDeadlineAfter(200, TimeUnit.MILLISECONDS);

    StatusRuntimeException thrown =
        assertThrows(
            StatusRuntimeException.class,
            () -> stub.unary(EchoRequest.newBuilder().setText("x").build()));

    assertEquals(Status.Code.DEADLINE_EXCEEDED, thrown.getStatus().getCode());
  }

  /** C5: executors that refuse everything cost a blocking call nothing. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBlockingCallReturnsWhenExecutorsRefuse(boolean fails) throws Exception {
    local.serve(
        b ->
            b.executor(CancelTest::refuse)
                .addService(
                    new EchoService() {
                      @Override
                      public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                        if (fails) {
                          replies.onError(Status.ABORTED.asException());
                        } else {
                          super.unary(request, replies);
                        }
                      }
                    }));
    ManagedChannel channel = local.channel(b -> b.executor(CancelTest::refuse));
    EchoGrpc.EchoBlockingStub stub =
        EchoGrpc.newBlockingStub(channel)
            .withExecutor(CancelTest::refuse)
            .withDeadlineAfter(15, TimeUnit.SECONDS);
    EchoRequest request = EchoRequest.newBuilder().setText("x").build();

    if (fails) {
      StatusRuntimeException thrown =
          assertThrows(StatusRuntimeException.class, () -> stub.unary(request));
      assertEquals(Status.Code.ABORTED, thrown.getStatus().getCode());
    } else {
      assertEquals("x", stub.unary(request).getText());
    }
  }

  private static void refuse(Runnable task) {
    throw new RejectedExecutionException("on purpose");
  }
}
