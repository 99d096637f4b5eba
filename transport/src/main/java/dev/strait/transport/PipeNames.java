package dev.strait.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The two FIFOs of one connection, and the record that announces them: {@code strait/1} and the id
 * in hexadecimal digits, 40 bytes of ASCII.
 *
 * @param up from the client to the server
 * @param down from the server to the client
 */
record PipeNames(String id, Path up, Path down) {
  static final int RECORD_BYTES = 40;

  private static final String MAGIC = "strait/1";
  private static final HexFormat HEX = HexFormat.of();

  private static PipeNames of(PipeDirectory directory, String id) {
    return new PipeNames(
        id,
        directory.path().resolve("c-" + id + ".up"),
        directory.path().resolve("c-" + id + ".down"));
  }

  /** Names that nobody else uses. */
  static PipeNames random(PipeDirectory directory) {
    return of(directory, HEX.formatHex(Randoms.unpredictable(16)));
  }

  byte[] announcement() {
    return (MAGIC + id).getBytes(StandardCharsets.US_ASCII);
  }

  /** Takes one announcement from the buffer. Empty if it is none. */
  static Optional<PipeNames> announced(ByteBuffer source, PipeDirectory directory) {
    byte[] record = new byte[RECORD_BYTES];
    source.get(record);
    String text = new String(record, StandardCharsets.US_ASCII);
    String id = text.substring(MAGIC.length());
    return text.startsWith(MAGIC) && id.chars().allMatch(c -> "0123456789abcdef".indexOf(c) >= 0)
        ? Optional.of(of(directory, id))
        : Optional.empty();
  }

  void make() throws IOException {
    Fifos.make(up);
    Fifos.make(down);
  }

  /** So that nobody can open them any more. Those who have them open keep them. */
  void delete() throws IOException {
    PipeDirectory.deleteIfOwnFifo(up);
    PipeDirectory.deleteIfOwnFifo(down);
  }
}
