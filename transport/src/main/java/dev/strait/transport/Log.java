package dev.strait.transport;

import com.google.errorprone.annotations.CanIgnoreReturnValue;

/** The logger of this package, found only when there is something to say: finding it is slow. */
final class Log {
  private static final System.Logger LOGGER = System.getLogger("dev.strait.transport");

  private Log() {}

  /** Loads what a warning takes, for who may have to warn that no file can be opened any more. */
  @CanIgnoreReturnValue
  static boolean prepare() {
    return LOGGER.isLoggable(System.Logger.Level.WARNING);
  }

  static void warn(String message) {
    tell(() -> LOGGER.log(System.Logger.Level.WARNING, message));
  }

  static void warn(String message, Throwable cause) {
    tell(() -> LOGGER.log(System.Logger.Level.WARNING, message, cause));
  }

  /**
   * What cannot be told is lost, and stops nobody: without descriptors, the JDK's own logging fails
   * at the first message, which wants to read the time zones.
   */
  private static void tell(Runnable message) {
    try {
      message.run();
    } catch (Throwable lost) {
      // Where could that be told?
    }
  }
}
