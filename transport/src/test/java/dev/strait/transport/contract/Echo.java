package dev.strait.transport.contract;

import dev.strait.transport.DataListener;
import dev.strait.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Sends back what comes. For no more than the outbound buffer holds. */
final class Echo implements DataListener {
  private final Transport transport;

  Echo(Transport transport) {
    this.transport = transport;
  }

  @Override
  public void onData(ByteBuffer data) {
    try {
      if (!transport.write(data)) {
        throw new AssertionError("more than the outbound buffer holds");
      }
      transport.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
