package dev.strait.benchmarks.bytes;

import dev.strait.transport.Acceptor;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Transport;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.Transports;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A transport of Strait, polled by the thread that waits for bytes, as its calls do. */
final class StraitEnd implements End {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Sink NOBODY =
      data -> {
        throw new IOException("bytes that nobody waits for");
      };

  private final Transport transport;
  private Sink sink = NOBODY;
  private @Nullable IOException failure;

  private StraitEnd(Transport transport) throws IOException {
    this.transport = transport;
    transport.onData(this::accept);
    transport.connect(TIMEOUT);
  }

  static AutoCloseable serve(String address, Service service) throws IOException {
    Acceptor acceptor = Transports.acceptor(IpcAddress.of(address), TransportOptions.DEFAULTS);
    acceptor.start(accepted -> Listener.serve(() -> new StraitEnd(accepted), service));
    return acceptor;
  }

  static End connect(String address) throws IOException {
    return new StraitEnd(Transports.connecting(IpcAddress.of(address), TransportOptions.DEFAULTS));
  }

  @Override
  public void send(ByteBuffer data) throws IOException {
    while (!transport.write(data)) {
      transport.flush();
      // What a flush cannot send is left to the thread that polls: this one.
      transport.poll();
    }
    transport.flush();
  }

  @Override
  public boolean receive(Sink to) throws IOException {
    sink = to;
    try {
      int read = transport.poll();
      while (read == 0) {
        Thread.onSpinWait();
        read = transport.poll();
      }
      if (failure != null) {
        throw failure;
      }
      return read > 0;
    } finally {
      sink = NOBODY;
    }
  }

  @Override
  public void close() {
    transport.close();
  }

  private void accept(ByteBuffer data) {
    try {
      sink.accept(data);
    } catch (IOException e) {
      // A transport logs what a listener throws: so it is kept for who waits.
      failure = e;
    }
  }
}
