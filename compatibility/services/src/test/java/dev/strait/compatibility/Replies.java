package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what comes until the test asks for it. */
final class Replies<T> implements StreamObserver<T> {
  private static final Object COMPLETED = new Object();

  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

  @Override
  public void onNext(T reply) {
    events.add(reply);
  }

  @Override
  public void onError(Throwable failure) {
    events.add(failure);
  }

  @Override
  public void onCompleted() {
    events.add(COMPLETED);
  }

  @SuppressWarnings("unchecked")
  T next() throws InterruptedException {
    Object event = take();
    if (event instanceof Throwable failure) {
      throw new AssertionError("a reply was expected", failure);
    }
    return (T) event;
  }

  Status failure() throws InterruptedException {
    return Status.fromThrowable(assertInstanceOf(Throwable.class, take()));
  }

  void assertCompleted() throws InterruptedException {
    assertSame(COMPLETED, take());
  }

  int waiting() {
    return events.size();
  }

  private Object take() throws InterruptedException {
    Object event = events.poll(20, TimeUnit.SECONDS);
    assertNotNull(event, "nothing came");
    return event;
  }
}
