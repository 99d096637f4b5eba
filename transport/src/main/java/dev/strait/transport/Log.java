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
    LOGGER.log(System.Logger.Level.WARNING, message);
  }

  static void warn(String message, Throwable cause) {
    LOGGER.log(System.Logger.Level.WARNING, message, cause);
  }
}
