package dev.strait.transport.contract;

import dev.strait.transport.Acceptor;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Transport;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportReader;
import dev.strait.transport.Transports;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** An acceptor, and one connection to it. Nobody reads until a reader is started. */
public final class Pair implements AutoCloseable {
  /** Longer than anything takes that is to happen. */
  public static final Duration TIMEOUT = Duration.ofSeconds(10);

  public final Acceptor acceptor;
  final LinkedBlockingQueue<Transport> accepted = new LinkedBlockingQueue<>();
  final TransportOptions options;

  /** The side that plays the first part of a test, and the other one. */
  public final Transport near;

  public final Transport far;
  public final Transport client;
  public final Transport server;

  public Pair(IpcAddress address, TransportOptions options, boolean startWithAccepting)
      throws Exception {
    this.options = options;
    acceptor = Transports.acceptor(address, options);
    acceptor.start(accepted::add);
    client = Transports.connecting(address, options);
    server = connect(client);
    near = startWithAccepting ? server : client;
    far = startWithAccepting ? client : server;
  }

  public IpcAddress address() {
    return acceptor.address();
  }

  /** Connects one more; gives the accepting end. */
  public Transport connect(Transport connecting) throws Exception {
    CompletableFuture<Transport> other = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                Transport transport = accepted.take();
                transport.connect(TIMEOUT);
                other.complete(transport);
              } catch (InterruptedException | IOException | RuntimeException e) {
                other.completeExceptionally(e);
              }
            });
    thread.start();
    connecting.connect(TIMEOUT);
    return other.get();
  }

  /** Writes all, flushing and waiting for room as a user would. */
  public static void send(Transport transport, byte[] bytes, int step) throws IOException {
    for (int at = 0; at < bytes.length; at += step) {
      ByteBuffer piece = ByteBuffer.wrap(bytes, at, Math.min(step, bytes.length - at));
      while (!transport.write(piece)) {
        transport.flush();
        Thread.yield();
      }
      transport.flush();
    }
  }

  /** Begins to read, and to send what was left over. */
  public Thread read(Transport transport) {
    return read(transport, options);
  }

  /** Begins to read a transport of these options. */
  static Thread read(Transport transport, TransportOptions options) {
    return TransportReader.start(
        transport, options.threadFactory(), TestRun.waitStrategy(), options.ticker());
  }

  @Override
  public void close() {
    client.close();
    server.close();
    acceptor.close();
    // A server that probed whether we live was accepted too.
    Eventually.isTrue(() -> closeAccepted() && acceptor.openTransports() == 0);
  }

  private boolean closeAccepted() {
    accepted.forEach(Transport::close);
    return true;
  }
}
