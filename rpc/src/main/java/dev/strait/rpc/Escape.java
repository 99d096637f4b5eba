package dev.strait.rpc;

/** Makes text that a peer sent fit for logs and messages. */
final class Escape {
  private static final int MAX_CHARS = 256;

  private Escape() {}

  /** The text with everything but printable ASCII escaped, cut to a bounded length. */
  static String text(String text) {
    int length = Math.min(text.length(), MAX_CHARS);
    StringBuilder escaped = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c < 0x7f && c != '\\') {
        escaped.append(c);
      } else {
        escaped.append(String.format("\\u%04x", (int) c));
      }
    }
    return text.length() > MAX_CHARS ? escaped.append("...").toString() : escaped.toString();
  }
}
