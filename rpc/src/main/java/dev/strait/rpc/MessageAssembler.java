package dev.strait.rpc;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Puts the frames of one stream's messages together. What a message will need is checked before it
 * is allocated, and memory beyond a window is taken only as the bytes come. Used by the reading
 * role only.
 */
final class MessageAssembler {
  /** Where the memory of messages of several frames counts. */
  interface Memory {
    /**
     * So many bytes are about to be allocated.
     *
     * @throws StreamException if there is no room for them
     */
    void take(int bytes) throws StreamException;
  }

  private final int maxMessageBytes;
  private final int allocateAtOnceBytes;
  private final Memory memory;

  private byte @Nullable [] bytes;
  private int start;
  private int total;
  private int filled;

  /** Where the data of a first frame is gathered, which has not come whole. */
  private byte @Nullable [] prepared;

  MessageAssembler(int maxMessageBytes, int allocateAtOnceBytes, Memory memory) {
    this.maxMessageBytes = maxMessageBytes;
    this.allocateAtOnceBytes = allocateAtOnceBytes;
    this.memory = memory;
  }

  /** Whether a message has begun and not ended. */
  boolean inMessage() {
    return bytes != null;
  }

  /** Whether the next frame belongs to what is here already. */
  boolean isBusy() {
    return inMessage() || prepared != null;
  }

  /**
   * Where the data of the next frame, which comes in pieces, is best gathered: where the message
   * will be, so that {@link #add} need not copy it.
   *
   * @param length of all the data
   * @param begin how it begins, four bytes at least
   * @return null if nowhere in particular, also if the frame is to be refused
   */
  @Nullable ByteBuffer gatherInto(boolean continued, boolean more, int length, ByteBuffer begin) {
    byte[] begun = bytes;
    if (continued != (begun != null)) {
      return null;
    }
    if (begun != null) {
      int at = start + filled;
      boolean fits = length <= total - filled && length <= begun.length - at;
      return fits ? ByteBuffer.wrap(begun, at, length).slice() : null;
    }
    int prefix = more ? Integer.BYTES : 0;
    long announced =
        more ? Integer.toUnsignedLong(begin.getInt(begin.position())) : length - prefix;
    if (announced > maxMessageBytes || (more && announced <= length - prefix)) {
      return null;
    }
    byte[] fresh;
    try {
      fresh = atFirst((int) announced, prefix, length - prefix);
    } catch (StreamException noRoom) {
      // Told when the frame is whole.
      return null;
    }
    prepared = fresh;
    return ByteBuffer.wrap(fresh, 0, length).slice();
  }

  /**
   * Takes the data of the next frame.
   *
   * @return the message if this was its last frame, else null
   * @throws StreamException if the message is over the limit or its frames contradict each other
   */
  @Nullable InboundMessage add(ByteBuffer data, boolean more) throws StreamException {
    byte[] begun = bytes;
    if (begun == null) {
      return more ? begin(data) : gathered(data);
    }
    int length = data.remaining();
    if (more ? length >= total - filled : length != total - filled) {
      throw new StreamException(
          CancelCode.PROTOCOL_ERROR,
          "a message of "
              + total
              + " bytes was announced, "
              + ((long) filled + length)
              + (more ? " came and more follow" : " came"));
    }
    begun = withRoom(begun, length);
    bytes = begun;
    put(data, begun, start + filled);
    filled += length;
    if (more) {
      return null;
    }
    bytes = null;
    return new InboundMessage(begun, start, total);
  }

  private InboundMessage gathered(ByteBuffer data) throws StreamException {
    byte[] gathered = takePrepared(data);
    checkSize(data.remaining(), maxMessageBytes);
    if (gathered == null) {
      return whole(data);
    }
    return new InboundMessage(gathered, data.position(), data.remaining());
  }

  /** A message that came in one frame, and whose size was checked. */
  static InboundMessage whole(ByteBuffer data) {
    int length = data.remaining();
    byte[] message = LargeArrays.take(length);
    data.get(message, 0, length);
    return new InboundMessage(message, 0, length);
  }

  private @Nullable InboundMessage begin(ByteBuffer data) throws StreamException {
    int announced = Fields.i32(data, "MESSAGE");
    checkSize(Integer.toUnsignedLong(announced), maxMessageBytes);
    int length = data.remaining();
    if (length >= announced) {
      throw new StreamException(
          CancelCode.PROTOCOL_ERROR,
          "a message of "
              + announced
              + " bytes was announced, "
              + length
              + " came and more follow");
    }
    total = announced;
    filled = length;
    byte[] gathered = takePrepared(data);
    if (gathered == null) {
      byte[] begun = atFirst(total, 0, length);
      start = 0;
      data.get(begun, 0, length);
      bytes = begun;
    } else {
      start = data.position();
      bytes = gathered;
    }
    return null;
  }

  /** Memory for a message that begins: for all of it only if that is there already. */
  private byte[] atFirst(int announced, int prefix, int came) throws StreamException {
    int fresh = Math.min(announced, Math.max(allocateAtOnceBytes, came));
    if (came < announced) {
      memory.take(fresh);
    }
    return LargeArrays.take(
        (int) Math.min(Integer.MAX_VALUE, (long) prefix + announced), prefix + fresh);
  }

  private byte[] withRoom(byte[] begun, int length) throws StreamException {
    long needed = (long) start + filled + length;
    if (needed <= begun.length) {
      return begun;
    }
    int size = (int) Math.min(total, Math.max(2L * begun.length, filled + length));
    memory.take(Math.max(0, size - begun.length));
    byte[] larger = LargeArrays.take(size);
    System.arraycopy(begun, start, larger, 0, filled);
    start = 0;
    LargeArrays.give(begun);
    return larger;
  }

  private static void put(ByteBuffer data, byte[] to, int at) {
    boolean there =
        data.hasArray() && data.array() == to && data.arrayOffset() + data.position() == at;
    if (!there) {
      data.get(to, at, data.remaining());
    }
  }

  /** The array in which {@code data} was gathered, if it is the one for that. */
  private byte @Nullable [] takePrepared(ByteBuffer data) {
    byte[] gathered = prepared;
    prepared = null;
    boolean there =
        gathered != null && data.hasArray() && data.array() == gathered && data.arrayOffset() == 0;
    return there ? gathered : null;
  }

  /** Whether a message may be so large. */
  static void checkSize(long size, int maxMessageBytes) throws StreamException {
    if (size > maxMessageBytes) {
      throw new StreamException(
          CancelCode.LIMIT_EXCEEDED,
          "gRPC message exceeds maximum size " + maxMessageBytes + ": " + size);
    }
  }
}
