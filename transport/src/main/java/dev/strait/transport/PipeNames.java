package dev.strait.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The two FIFOs of one connection, and the record that announces them: {@code strait/1} and the id
 * in hexadecimal digits, 40 bytes of ASCII.
 */
final class PipeNames {
  static final int RECORD_BYTES = 40;

  private static final String MAGIC = "strait/1";
  private static final Pattern RECORD = Pattern.compile(MAGIC + "([0-9a-f]{32})");

  private final String id;
  private final Path up;
  private final Path down;

  PipeNames(String id, PipeDirectory directory) {
    this.id = id;
    this.up = directory.path().resolve("c-" + id + ".up");
    this.down = directory.path().resolve("c-" + id + ".down");
  }

  /** Names that nobody else uses. */
  static PipeNames random(PipeDirectory directory) {
    return new PipeNames(HexFormat.of().formatHex(Randoms.unpredictable(16)), directory);
  }

  /** From the client to the server. */
  Path up() {
    return up;
  }

  /** From the server to the client. */
  Path down() {
    return down;
  }

  byte[] announcement() {
    return (MAGIC + id).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Takes the next announcement from the buffer, and drops what is none before it.
   *
   * @return null if there is none; what may be the beginning of one stays
   */
  static @Nullable PipeNames announced(ByteBuffer source, PipeDirectory directory) {
    byte[] bytes = new byte[source.remaining()];
    source.get(source.position(), bytes);
    // One char per byte, so that places in the text are places in the buffer.
    Matcher matcher = RECORD.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    if (matcher.find()) {
      source.position(source.position() + matcher.end());
      return new PipeNames(matcher.group(1), directory);
    }
    int kept = Math.min(source.remaining(), RECORD_BYTES - 1);
    source.position(source.limit() - kept);
    return null;
  }

  void make() throws IOException {
    Fifo.make(up);
    Fifo.make(down);
  }

  /** So that nobody can open them any more. Those who have them open keep them. */
  void delete() {
    for (Path name : new Path[] {up, down}) {
      try {
        PipeDirectory.deleteIfOwnFifo(name);
      } catch (IOException e) {
        Log.warn("cannot delete " + name, e);
      }
    }
  }
}
