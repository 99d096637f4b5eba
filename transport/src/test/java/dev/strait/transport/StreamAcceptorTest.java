package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.contract.Eventually;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StreamAcceptorTest {
  private static final IpcAddress ADDRESS = IpcAddress.of("memory:scripted");

  /** Fails a few times, then accepts one stream, then nothing more. */
  private static final class ScriptedBinding implements Binding {
    private final int failures;
    private final AtomicInteger calls = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);

    ScriptedBinding(int failures) {
      this.failures = failures;
    }

    @Override
    public @Nullable Link accept() throws IOException {
      int call = calls.getAndIncrement();
      if (call < failures) {
        throw new IOException("too many open files, on purpose");
      }
      if (call == failures) {
        return MemoryLink.pair(Ticker.system())[0];
      }
      try {
        closed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return null;
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  private interface Binder {
    Binding bind() throws IOException;
  }

  private static TransportOptions serving(Binder binder) {
    return TransportOptions.DEFAULTS.withProvider(
        new TransportProvider() {
          @Override
          public boolean identifiesPeers(IpcAddress address) {
            return true;
          }

          @Override
          public Link connect(
              IpcAddress address, TransportOptions options, ConnectAttempt attempt) {
            throw new AssertionError("nobody connects");
          }

          @Override
          public Binding bind(IpcAddress address, TransportOptions options) throws IOException {
            return binder.bind();
          }
        });
  }

  @Test
  void failuresOfAcceptNeitherKillNorSpinTheAcceptor() throws Exception {
    ScriptedBinding binding = new ScriptedBinding(5);
    LinkedBlockingQueue<Transport> accepted = new LinkedBlockingQueue<>();
    StreamAcceptor acceptor = new StreamAcceptor(ADDRESS, serving(() -> binding));
    long start = System.nanoTime();
    acceptor.start(accepted::add);
    Transport transport = accepted.take();
    // 10 + 20 + 40 + 80 + 100 ms at least: a lower bound, which a slow machine cannot break.
    assertTrue(System.nanoTime() - start >= 250_000_000L, "it must back off");
    assertEquals(TransportState.CONNECTING, transport.state());
    transport.close();
    acceptor.close();
    assertEquals(0, acceptor.openTransports());
  }

  @Test
  void aReceiverThatThrowsClosesThatStreamOnly() throws Exception {
    ScriptedBinding binding = new ScriptedBinding(0);
    StreamAcceptor acceptor = new StreamAcceptor(ADDRESS, serving(() -> binding));
    acceptor.start(
        transport -> {
          throw new IllegalStateException("a receiver that throws, on purpose");
        });
    Eventually.isTrue(() -> binding.calls.get() == 2);
    assertEquals(0, acceptor.openTransports());
    acceptor.close();
  }

  @Test
  void aFailedStartMayBeRepeatedAndAClosedAcceptorDoesNotStart() throws Exception {
    ScriptedBinding binding = new ScriptedBinding(0);
    AtomicInteger attempts = new AtomicInteger();
    StreamAcceptor acceptor =
        new StreamAcceptor(
            ADDRESS,
            serving(
                () -> {
                  if (attempts.getAndIncrement() == 0) {
                    throw new IOException("not yet, on purpose");
                  }
                  return binding;
                }));
    assertThrows(IOException.class, () -> acceptor.start(Transport::close));
    acceptor.start(Transport::close);
    assertThrows(IllegalStateException.class, () -> acceptor.start(Transport::close));
    acceptor.close();
    acceptor.close();
    assertThrows(IllegalStateException.class, () -> acceptor.start(Transport::close));
  }
}
