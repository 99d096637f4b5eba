package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How a stream receives more than one message that is whole at once: its credit, and the message
 * that comes in pieces, with what that holds until it is whole.
 *
 * <p>Used by the reading role, but for the credit, which whoever consumes messages gives back, and
 * for what a message holds that is not whole, which whoever ends the stream gives back.
 */
final class StreamReceiver {
  private final Stream stream;
  private final Connection connection;
  private final ReceiveCredit credit;
  private final int maxMessageBytes;

  private @Nullable MessageAssembler assembler; // made when a message comes in pieces

  @GuardedBy("this")
  private int partialCredit;

  /** Of the {@link MessageMemory}. */
  @GuardedBy("this")
  private long partialMemory;

  /** The decoder holds the memory too, until the frame that it gathers there has come. */
  @GuardedBy("this")
  private boolean gathering;

  StreamReceiver(Stream stream, Connection connection, int maxMessageBytes) {
    this.stream = stream;
    this.connection = connection;
    this.credit = new ReceiveCredit(connection.limits().streamWindowBytes());
    this.maxMessageBytes = maxMessageBytes;
  }

  ReceiveCredit credit() {
    return credit;
  }

  /** Whether a message has begun and not ended. */
  boolean inMessage() {
    MessageAssembler messages = assembler;
    return messages != null && messages.inMessage();
  }

  /** Whether the next frame belongs to a message that is being put together. */
  boolean isBusy() {
    MessageAssembler messages = assembler;
    return messages != null && messages.isBusy();
  }

  /**
   * As {@link MessageAssembler#gatherInto}. When the frame has come, or never will, {@link
   * #gathered} is called.
   */
  @Nullable ByteBuffer gatherInto(boolean continued, boolean more, int length, ByteBuffer begin) {
    if (!credit.covers(length) || stream.state().isOver()) {
      return null;
    }
    setGathering(true);
    ByteBuffer into = null;
    try {
      into = assembler().gatherInto(continued, more, length, begin);
    } finally {
      if (into == null) {
        setGathering(false);
      }
      releaseIfOver();
    }
    return into;
  }

  /** The decoder has given back what it gathered. */
  void gathered() {
    setGathering(false);
    releaseIfOver();
  }

  private synchronized void setGathering(boolean now) {
    gathering = now;
  }

  /**
   * A piece of a message, or one that was gathered, came, and its credit is there.
   *
   * @param cost its credit, held from now on unless this throws
   * @return the message, if it is whole now
   */
  @Nullable InboundMessage add(ByteBuffer data, boolean more, boolean continued, int cost)
      throws StreamException {
    try {
      if (continued != inMessage()) {
        throw new StreamException(
            CancelCode.PROTOCOL_ERROR,
            continued ? "no message is to be continued" : "a message began inside another");
      }
      InboundMessage whole = assembler().add(data, more);
      if (!continued && whole != null) {
        whole.holdMemory(connection, stream.takeIfMuchIsUnread(cost));
        whole.hold(cost);
        return whole;
      }
      holdCredit(cost);
      if (whole == null) {
        releaseCreditIfWanted();
      } else {
        whole.hold(drainCredit());
        whole.holdMemory(connection, drainMemory());
      }
      return whole;
    } finally {
      releaseIfOver();
    }
  }

  private MessageAssembler assembler() {
    MessageAssembler messages = assembler;
    if (messages == null) {
      int window = connection.limits().streamWindowBytes();
      messages = new MessageAssembler(maxMessageBytes, window, this::takeMemory);
      assembler = messages;
    }
    return messages;
  }

  private void takeMemory(int bytes) throws StreamException {
    connection.memory().take(connection, bytes);
    synchronized (this) {
      partialMemory += bytes;
    }
  }

  private synchronized void holdCredit(int cost) {
    partialCredit += cost;
  }

  private synchronized int drainCredit() {
    int held = partialCredit;
    partialCredit = 0;
    return held;
  }

  /** Nothing while the decoder gathers. */
  private synchronized long drainMemory() {
    long held = gathering ? 0 : partialMemory;
    partialMemory -= held;
    return held;
  }

  /**
   * A message larger than the window can only arrive whole if its pieces are paid for early. Called
   * by any thread.
   */
  void releaseCreditIfWanted() {
    if (stream.callbacks.wantsMessage()) {
      releaseCredit();
    }
  }

  private void releaseCredit() {
    int held = drainCredit();
    if (held > 0) {
      connection.consumed(stream, credit, held);
    }
  }

  /** Gives back what a message that will never be whole holds. Called by any thread. */
  void release() {
    releaseCredit();
    long held = drainMemory();
    if (held > 0) {
      connection.memory().give(connection, held);
    }
  }

  /** The stream may have ended after that was given back. */
  private void releaseIfOver() {
    if (stream.state().isOver()) {
      release();
    }
  }
}
