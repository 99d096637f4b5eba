package dev.strait.rpc;

import io.grpc.Detachable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A message that arrived whole, as the stream from which a marshaller reads it. Its credit and its
 * memory are given back when it is delivered or dropped.
 */
final class InboundMessage extends ByteArrayInputStream implements Detachable, KnownLength {
  private static final byte[] NONE = {};

  /**
   * What a large message, or one of many that are not read, holds of the {@link MessageMemory} of
   * its connection.
   */
  private record Memory(Connection of, long bytes) {}

  private int credit;
  private @Nullable Memory memory;

  /** The message is {@code length} bytes of an array that is its own. */
  InboundMessage(byte[] bytes, int offset, int length) {
    super(bytes, offset, length);
  }

  /** Holds so much credit from now on. Called before it is delivered. */
  void hold(int bytes) {
    credit = bytes;
  }

  /** Holds so much of the {@link MessageMemory} of a connection from now on. */
  void holdMemory(Connection of, long bytes) {
    memory = bytes == 0 ? null : new Memory(of, bytes);
  }

  /** It is delivered or dropped: its memory counts no more. The credit that goes back with it. */
  int release() {
    Memory held = memory;
    if (held != null) {
      memory = null;
      held.of.memory().give(held.of, held.bytes);
    }
    return credit;
  }

  /** The bytes are the marshaller's own, so whoever detaches them need not copy. */
  @Override
  public synchronized InputStream detach() {
    InboundMessage rest = new InboundMessage(buf, pos, count - pos);
    forget();
    return rest;
  }

  /**
   * The marshaller has returned. If it has read all, nobody needs the bytes any more, and a large
   * array is used again; if not, somebody may still want to read them.
   */
  synchronized void parsed() {
    byte[] read = buf;
    if (pos == count && read.length >= LargeArrays.MIN_BYTES) {
      forget();
      LargeArrays.give(read);
    }
  }

  /** Hands the array itself to {@code out}, who may keep it: it is not used again then. */
  @Override
  public synchronized long transferTo(OutputStream out) throws IOException {
    byte[] bytes = buf;
    int from = pos;
    int length = count - pos;
    forget();
    out.write(bytes, from, length);
    return length;
  }

  private void forget() {
    buf = NONE;
    pos = 0;
    mark = 0;
    count = 0;
  }

  /** How long it is. Asked before it is read. */
  int size() {
    return count - pos;
  }
}
