package dev.strait.transport.contract;

import dev.strait.transport.Acceptor;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Transport;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.Transports;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A server that accepts one stream and then nothing, so that its backlog fills up. */
final class StuckServer implements AutoCloseable {
  private static final int MOST_TRIES = 3_000;

  final IpcAddress address;
  final TransportOptions options;
  private final CountDownLatch holdUp = new CountDownLatch(1);
  private final List<Transport> all = new CopyOnWriteArrayList<>();
  private final Acceptor acceptor;

  StuckServer(IpcAddress address, TransportOptions options) throws IOException {
    this.address = address;
    this.options = options.withBacklog(1);
    acceptor = Transports.acceptor(address, this.options);
    acceptor.start(
        transport -> {
          all.add(transport);
          awaitQuietly(holdUp);
        });
  }

  /** Fills the backlog; gives what the first one too many got. */
  SocketTimeoutException fill() throws IOException {
    connect(Pair.TIMEOUT);
    Eventually.isTrue(() -> acceptor.openTransports() == 1);
    for (int i = 0; i < MOST_TRIES; i++) {
      try {
        connect(Duration.ofMillis(50));
      } catch (SocketTimeoutException e) {
        return e;
      }
    }
    throw new AssertionError("the backlog never filled");
  }

  /** Takes whoever waits, and all others, from now on. */
  void goOn() {
    holdUp.countDown();
  }

  private void connect(Duration timeout) throws IOException {
    Transport transport = Transports.connecting(address, options);
    all.add(transport);
    transport.connect(timeout);
  }

  @Override
  public void close() {
    holdUp.countDown();
    acceptor.close();
    // Until then it may accept one more.
    Eventually.isTrue(() -> !Resources.isAccepting(address));
    Eventually.isTrue(
        () -> {
          all.forEach(Transport::close);
          return acceptor.openTransports() == 0;
        });
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
