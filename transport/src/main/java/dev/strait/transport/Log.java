package dev.strait.transport;

import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * The logger of this package, found only when there is something to say: finding it is slow. What
 * cannot be told is lost, and stops nobody: without descriptors, the JDK's own logging fails at the
 * first message, which wants to read the time zones.
 */
final class Log {
  private Log() {}

  /** Loads this class, for who may have to warn that no file can be opened any more. */
  static void prepare() {}

  static void warn(String message) {
    tell(message, null);
  }

  static void warn(String message, Throwable cause) {
    tell(message, cause);
  }

  private static void tell(String message, @Nullable Throwable cause) {
    try {
      System.getLogger("dev.strait.transport").log(Level.WARNING, message, cause);
    } catch (Throwable lost) {
      // Where could that be told?
    }
  }
}
