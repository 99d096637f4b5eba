package dev.strait.rpc;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
    tell(Level.WARNING, () -> message, cause);
  }

  /** What somebody who looks for a fault wants to know. */
  static void debug(Supplier<String> message) {
    tell(Level.DEBUG, message, null);
  }

  /** What somebody who runs the service wants to know. */
  static void info(String message) {
    tell(Level.INFO, () -> message, null);
  }

  private static void tell(Level level, Supplier<String> message, @Nullable Throwable cause) {
    try {
      LOGGER.log(level, message, cause);
    } catch (Throwable lost) {
      // Where could that be told?
    }
  }
}
