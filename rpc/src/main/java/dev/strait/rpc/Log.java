package dev.strait.rpc;

import java.util.function.Supplier;

/**
 * The logger of this package, found only when there is something to say: finding it is slow. What a
 * peer has said is {@linkplain Escape escaped} by whoever puts it into a message.
 */
final class Log {
  private static final System.Logger LOGGER = System.getLogger("dev.strait.rpc");

  private Log() {}

  /** A mistake of the application or of Strait. */
  static void warn(String message, Throwable cause) {
    tell(() -> LOGGER.log(System.Logger.Level.WARNING, message, cause));
  }

  /** What somebody who looks for a fault wants to know. */
  static void debug(Supplier<String> message) {
    tell(() -> LOGGER.log(System.Logger.Level.DEBUG, message));
  }

  /** What somebody who runs the service wants to know. */
  static void info(String message) {
    tell(() -> LOGGER.log(System.Logger.Level.INFO, message));
  }

  /** What cannot be told is lost, and stops nobody. Without descriptors the JDK's logging fails. */
  private static void tell(Runnable message) {
    try {
      message.run();
    } catch (Throwable lost) {
      // Where could that be told?
    }
  }
}
