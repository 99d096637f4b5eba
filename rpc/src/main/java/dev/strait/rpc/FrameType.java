package dev.strait.rpc;

/**
 * The native frame types, with the flags that each may carry. Source: SPEC.md, "Frame types".
 *
 * <p>Types that this version does not know are ignored from 0x80 to 0xbf and fatal elsewhere; flags
 * that it does not know are always fatal.
 */
final class FrameType {
  static final int HELLO = 0x40;
  static final int OPEN = 0x41;
  static final int HEADERS = 0x42;
  static final int MESSAGE = 0x43;
  static final int CLOSE = 0x44;
  static final int CANCEL = 0x45;
  static final int WINDOW = 0x46;
  static final int PING = 0x47;
  static final int GO_AWAY = 0x48;
  static final int ACK = 0x49;

  /** OPEN, MESSAGE: the sender sends no more messages on this stream. */
  static final int FLAG_END = 0x01;

  /** MESSAGE: the message goes on in the stream's next MESSAGE frame. */
  static final int FLAG_MORE = 0x02;

  /** OPEN, MESSAGE, CLOSE: the message is compressed. Reserved. */
  static final int FLAG_COMPRESSED = 0x04;

  /** OPEN, CLOSE: the rest of the data is a whole message. */
  static final int FLAG_WITH_MESSAGE = 0x08;

  /** MESSAGE, with END: there is no message, not even an empty one. */
  static final int FLAG_NO_MESSAGE = 0x08;

  /** MESSAGE: the frame goes on with a message that an earlier one began. */
  static final int FLAG_CONTINUED = 0x10;

  /** OPEN: the method's name follows its id. */
  static final int FLAG_METHOD_NAME = 0x10;

  /** CLOSE: the initial metadata comes before the trailers. */
  static final int FLAG_WITH_HEADERS = 0x10;

  /** OPEN: the call has a timeout. */
  static final int FLAG_TIMEOUT = 0x20;

  /** OPEN: the caller wants to hear nothing but that the call is over. */
  static final int FLAG_ONE_WAY = 0x40;

  /** PING: the answer to a ping. */
  static final int FLAG_PONG = 0x01;

  private static final int FIRST_IGNORED = 0x80;
  private static final int LAST_IGNORED = 0xbf;

  private FrameType() {}

  static boolean isIgnoredWhenUnknown(int type) {
    return type >= FIRST_IGNORED && type <= LAST_IGNORED;
  }

  /** The flags that a frame of this type may carry; -1 for a type this version does not know. */
  static int knownFlags(int type) {
    return switch (type) {
      case OPEN ->
          FLAG_END
              | FLAG_COMPRESSED
              | FLAG_WITH_MESSAGE
              | FLAG_METHOD_NAME
              | FLAG_TIMEOUT
              | FLAG_ONE_WAY;
      case MESSAGE -> FLAG_END | FLAG_MORE | FLAG_COMPRESSED | FLAG_NO_MESSAGE | FLAG_CONTINUED;
      case CLOSE -> FLAG_COMPRESSED | FLAG_WITH_MESSAGE | FLAG_WITH_HEADERS;
      case PING -> FLAG_PONG;
      case HELLO, HEADERS, CANCEL, WINDOW, GO_AWAY -> 0;
      default -> -1;
    };
  }

  /** Whether frames of this type belong to the connection (stream 0) and not to a stream. */
  static boolean isOfConnection(int type) {
    return type == HELLO || type == PING || type == GO_AWAY;
  }

  /**
   * What a frame costs in flow control: nothing without a message, else the bytes of its data and
   * for each message an overhead. The announcement of a message's length is free.
   */
  static int cost(int type, int flags, int dataBytes) {
    if (type == MESSAGE) {
      if ((flags & FLAG_NO_MESSAGE) != 0) {
        return 0;
      }
      if ((flags & FLAG_CONTINUED) != 0) {
        return dataBytes;
      }
      int announcement = (flags & FLAG_MORE) != 0 ? Integer.BYTES : 0;
      return Math.max(0, dataBytes - announcement) + Limits.MESSAGE_OVERHEAD_BYTES;
    }
    boolean withMessage = (type == OPEN || type == CLOSE) && (flags & FLAG_WITH_MESSAGE) != 0;
    return withMessage ? dataBytes + Limits.MESSAGE_OVERHEAD_BYTES : 0;
  }

  static String describe(int type) {
    return switch (type) {
      case HELLO -> "HELLO";
      case OPEN -> "OPEN";
      case HEADERS -> "HEADERS";
      case MESSAGE -> "MESSAGE";
      case CLOSE -> "CLOSE";
      case CANCEL -> "CANCEL";
      case WINDOW -> "WINDOW";
      case PING -> "PING";
      case GO_AWAY -> "GO_AWAY";
      case ACK -> "ACK";
      default -> String.format("0x%02x", type);
    };
  }
}
