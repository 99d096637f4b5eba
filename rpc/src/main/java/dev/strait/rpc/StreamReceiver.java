package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How a stream receives more than one message of one frame: its credit, and the message that comes
 * in pieces, with what that holds until it is whole. Used by the reading role only, but for the
 * latter, which whoever ends the stream gives back.
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

  /** As {@link MessageAssembler#gatherInto}. */
  @Nullable ByteBuffer gatherInto(boolean continued, boolean more, int length, ByteBuffer begin) {
    if (!credit.covers(length) || stream.state().isOver()) {
      return null;
    }
    ByteBuffer gathered = assembler().gatherInto(continued, more, length, begin);
    releaseIfOver();
    return gathered;
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
      holdPartial(cost);
      if (whole == null) {
        releaseIfWanted();
      } else {
        whole.hold(takeCredit());
        whole.holdMemory(connection, takeMemory());
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

  private synchronized void holdPartial(int cost) {
    partialCredit += cost;
  }

  private synchronized int takeCredit() {
    int taken = partialCredit;
    partialCredit = 0;
    return taken;
  }

  private synchronized long takeMemory() {
    long taken = partialMemory;
    partialMemory = 0;
    return taken;
  }

  /** A message larger than the window can only arrive whole if its pieces are paid for early. */
  void releaseIfWanted() {
    if (stream.callbacks.wantsMessage()) {
      stream.consumed(takeCredit());
    }
  }

  /** Gives back what a message that will never be whole holds. Called by any thread. */
  void release() {
    stream.consumed(takeCredit());
    stream.giveMemory(takeMemory());
  }

  /** The stream may have ended after that was given back. */
  private void releaseIfOver() {
    if (stream.state().isOver()) {
      release();
    }
  }
}
