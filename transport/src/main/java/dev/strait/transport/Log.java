package dev.strait.transport;

/** The logger of this package, found only when there is something to say: finding it is slow. */
final class Log {
  private static final System.Logger LOGGER = System.getLogger("dev.strait.transport");

  private Log() {}

  static void warn(String message) {
    LOGGER.log(System.Logger.Level.WARNING, message);
  }

  static void warn(String message, Throwable cause) {
    LOGGER.log(System.Logger.Level.WARNING, message, cause);
  }
}
