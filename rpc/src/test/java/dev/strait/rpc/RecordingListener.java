package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Remembers what a call heard, in order, and that callbacks never overlap. */
class RecordingListener<T> extends ClientCall.Listener<T> {
  final List<T> messages = new CopyOnWriteArrayList<>();
  final List<String> events = new CopyOnWriteArrayList<>();
  final Semaphore arrived = new Semaphore(0);
  final Semaphore becameReady = new Semaphore(0);
  volatile Metadata headers;
  volatile Metadata trailers;
  volatile Status status;
  private final CountDownLatch closed = new CountDownLatch(1);

  @Override
  public void onHeaders(Metadata received) {
    events.add("headers");
    headers = received;
  }

  @Override
  public void onMessage(T message) {
    events.add("message");
    messages.add(message);
    arrived.release();
  }

  @Override
  public void onReady() {
    events.add("ready");
    becameReady.release();
  }

  @Override
  public void onClose(Status received, Metadata receivedTrailers) {
    events.add("close");
    status = received;
    trailers = receivedTrailers;
    closed.countDown();
  }

  /** The status with which the call ends. */
  Status awaitClose() throws InterruptedException {
    assertTrue(
        closed.await(ScriptedPeer.HANG.toSeconds(), TimeUnit.SECONDS),
        () -> "the call never ended; it heard " + events);
    return status;
  }

  /** Whether the call ended with an answer that says that all is well. */
  boolean isAnswered() {
    return status.isOk();
  }

  boolean isClosed() {
    return closed.getCount() == 0;
  }

  /** Waits for {@code count} more messages. */
  void awaitMessages(int count) throws InterruptedException {
    assertTrue(
        arrived.tryAcquire(count, ScriptedPeer.HANG.toSeconds(), TimeUnit.SECONDS),
        () -> "the call heard only " + events);
  }

  void awaitReady() throws InterruptedException {
    assertTrue(
        becameReady.tryAcquire(ScriptedPeer.HANG.toSeconds(), TimeUnit.SECONDS),
        () -> "no onReady; the call heard " + events);
  }

  void assertClosedOnce() {
    assertEquals(1, events.stream().filter("close"::equals).count(), events::toString);
    assertEquals("close", events.get(events.size() - 1), events::toString);
  }
}
