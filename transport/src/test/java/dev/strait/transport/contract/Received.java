package dev.strait.transport.contract;

import dev.strait.transport.DataListener;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Collects the bytes that a transport pushes. */
public final class Received implements DataListener {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Override
  public synchronized void onData(ByteBuffer data) {
    byte[] chunk = new byte[data.remaining()];
    data.get(chunk);
    bytes.writeBytes(chunk);
  }

  public synchronized int size() {
    return bytes.size();
  }

  public synchronized byte[] bytes() {
    return bytes.toByteArray();
  }

  public byte[] await(int count) {
    Eventually.isTrue(() -> size() >= count);
    return bytes();
  }
}
