package dev.strait.rpc;

import io.grpc.Status;
import io.grpc.StreamTracer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tracers of one call, and what they are told: one thing after the other, in order, and nothing
 * after {@code streamClosed}. A call without tracers has none of this.
 *
 * <p>Messages are told before they can leave, so that what is told of the answer comes later. Their
 * sizes on the wire are those of the messages, without the frames around them.
 *
 * <p>Thread-safe. Tracers are the application's code and run under a lock of this alone: never call
 * this with another lock, nor while decoding.
 */
abstract class StreamTracing<T extends StreamTracer> {
  private final ReentrantLock telling = new ReentrantLock();

  // Guarded by telling, in lambdas that exclusively runs, which the compiler does not see through.
  private List<T> tracers;
  private boolean onWire;
  private boolean closed;
  private int sent;
  private int received;

  /**
   * @param onWire whether messages leave as soon as they are added
   */
  StreamTracing(List<T> tracers, boolean onWire) {
    this.tracers = tracers;
    this.onWire = onWire;
  }

  /** A tracer of each factory. What a factory throws is its own affair: the call goes on. */
  static <F, T extends StreamTracer> List<T> newTracers(
      List<? extends F> factories, Function<F, @Nullable T> newTracer) {
    List<T> tracers = new ArrayList<>(factories.size());
    for (F factory : factories) {
      try {
        tracers.add(Objects.requireNonNull(newTracer.apply(factory), "no tracer"));
      } catch (Throwable e) {
        Log.warn("the factory of tracers " + factory + " threw", e);
      }
    }
    return tracers;
  }

  /** Appends a message to what {@code stream} sends. */
  final void enqueue(Stream stream, OutboundMessage message) {
    exclusively(
        () -> {
          if (stream.enqueue(message) && onWire) {
            tellSent(message.length);
          }
        });
  }

  /** A message came and is about to be delivered. */
  final void received(int bytes) {
    exclusively(
        () -> {
          int number = received++;
          tell(tracer -> tracer.inboundMessage(number));
          tell(tracer -> tracer.inboundWireSize(bytes));
          tell(tracer -> tracer.inboundUncompressedSize(bytes));
          tell(tracer -> tracer.inboundMessageRead(number, bytes, bytes));
        });
  }

  /** The call is over: they are told, and nothing more. */
  final void close(Status status) {
    exclusively(
        () -> {
          tell(tracer -> tracer.streamClosed(status));
          closed = true;
        });
  }

  /** What waits in {@code stream} leaves now, and further messages as soon as they are added. */
  final void putOnWire(Stream stream) {
    onWire = true;
    for (int bytes : stream.outboundSizes()) {
      tellSent(bytes);
    }
  }

  /** Goes on with other tracers, for the same call made again. */
  final void replace(List<T> others) {
    tracers = others;
    onWire = false;
    sent = 0;
    received = 0;
  }

  private void tellSent(int bytes) {
    int number = sent++;
    tell(tracer -> tracer.outboundMessage(number));
    tell(tracer -> tracer.outboundUncompressedSize(bytes));
    tell(tracer -> tracer.outboundWireSize(bytes));
    tell(tracer -> tracer.outboundMessageSent(number, bytes, bytes));
  }

  final boolean isClosed() {
    return closed;
  }

  /** Runs what tells several things in a row. */
  final void exclusively(Runnable steps) {
    telling.lock();
    try {
      steps.run();
    } finally {
      telling.unlock();
    }
  }

  /** Tells all of them one thing. What they throw is their own affair: the call goes on. */
  final void tell(Consumer<? super T> event) {
    if (closed) {
      return;
    }
    for (T tracer : tracers) {
      try {
        event.accept(tracer);
      } catch (Throwable e) {
        Log.warn("the stream tracer " + tracer + " threw", e);
      }
    }
  }
}
