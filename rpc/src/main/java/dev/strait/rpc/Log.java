package dev.strait.rpc;

import java.util.function.Supplier;

/**
 * The logger of this package, found only when there is something to say: finding it is slow. What a
 * peer has said is {@linkplain Escape escaped} by whoever puts it into a message. What cannot be
 * told, as when no file can be opened, is lost and stops nobody.
 */
final class Log {
  private static final System.Logger LOGGER = System.getLogger("dev.strait.rpc");

  private Log() {}

  /** A mistake of the application or of Strait. */
  static void warn(String message, Throwable cause) {
    try {
      LOGGER.log(System.Logger.Level.WARNING, message, cause);
    } catch (Throwable lost) {
      // Where could that be told?
    }
  }

  /** What somebody who looks for a fault wants to know. */
  static void debug(Supplier<String> message) {
    try {
      LOGGER.log(System.Logger.Level.DEBUG, message);
    } catch (Throwable lost) {
      // As above.
    }
  }

  /** What somebody who runs the service wants to know. */
  static void info(String message) {
    try {
      LOGGER.log(System.Logger.Level.INFO, message);
    } catch (Throwable lost) {
      // As above.
    }
  }
}
