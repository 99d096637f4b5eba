package dev.strait.transport;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Collects the bytes that a transport pushes. */
final class Received implements DataListener {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Override
  public synchronized void onData(ByteBuffer data) {
    byte[] chunk = new byte[data.remaining()];
    data.get(chunk);
    bytes.writeBytes(chunk);
  }

  synchronized int size() {
    return bytes.size();
  }

  synchronized byte[] bytes() {
    return bytes.toByteArray();
  }

  byte[] await(int count) {
    Eventually.isTrue(() -> size() >= count);
    return bytes();
  }
}
