package dev.strait.rpc;

import io.grpc.Metadata;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Metadata as bytes: {@code u16 count}, then for each entry {@code u16 length, name, u32 length,
 * value}. Names are lower-case ASCII; a name that ends in "-bin" has a binary value, others have
 * ASCII ones. Duplicates of a name keep their order. Source: SPEC.md, "Metadata".
 */
final class MetadataCodec {
  /** No entries. */
  static final byte[] EMPTY = {0, 0};

  private static final int ENTRY_OVERHEAD_BYTES = 32;
  private static final int MAX_ENTRIES = 0xffff;
  private static final int MAX_NAME_BYTES = 0xffff;
  private static final int MAX_CACHED_KEYS = 1024;

  /** A peer chooses its names: longer ones are not worth the memory. */
  private static final int MAX_CACHED_NAME_CHARS = 64;

  private static final Map<String, Metadata.Key<String>> ASCII_KEYS = new ConcurrentHashMap<>();
  private static final Map<String, Metadata.Key<byte[]>> BINARY_KEYS = new ConcurrentHashMap<>();

  private MetadataCodec() {}

  /**
   * @param maxBytes what the peer accepts
   * @throws StreamException if it is more than the peer accepts
   */
  static byte[] encode(Metadata metadata, int maxBytes) throws StreamException {
    var names = metadata.keys();
    if (names.isEmpty()) {
      return EMPTY;
    }
    Entries entries = new Entries();
    long counted = 0;
    for (String name : names) {
      counted += entries.add(metadata, name);
    }
    // However much a peer says it accepts, it has to fit a frame.
    if (counted > Math.min(maxBytes, Limits.MAX_METADATA_BYTES) || entries.count > MAX_ENTRIES) {
      throw tooLarge(counted, entries.count, maxBytes, "the peer's");
    }
    return entries.toBytes();
  }

  /**
   * Reads a block and leaves the buffer behind it.
   *
   * @throws StreamException if it is over the limit or malformed
   */
  static Metadata decode(ByteBuffer in, int maxBytes) throws StreamException {
    Metadata metadata = new Metadata();
    int count = Fields.u16(in, "metadata");
    long counted = 0;
    for (int i = 0; i < count; i++) {
      int nameLength = Fields.u16(in, "metadata");
      Fields.need(in, nameLength, "metadata");
      counted += nameLength + ENTRY_OVERHEAD_BYTES;
      if (counted > maxBytes) {
        throw tooLarge(counted, count, maxBytes, "this side's");
      }
      byte[] name = new byte[nameLength];
      in.get(name);
      int valueLength = Fields.length(in, "metadata");
      counted += valueLength;
      if (counted > maxBytes) {
        throw tooLarge(counted, count, maxBytes, "this side's");
      }
      byte[] value = new byte[valueLength];
      in.get(value);
      put(metadata, new String(name, StandardCharsets.ISO_8859_1), value);
    }
    return metadata;
  }

  private static void put(Metadata metadata, String name, byte[] value) throws StreamException {
    if (!name.equals(name.toLowerCase(Locale.ROOT))) {
      throw new StreamException(
          CancelCode.PROTOCOL_ERROR,
          "malformed metadata: the name " + Escape.text(name) + " is not in lower case");
    }
    try {
      if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        metadata.put(binaryKey(name), value);
      } else {
        metadata.put(asciiKey(name), new String(value, StandardCharsets.US_ASCII));
      }
    } catch (IllegalArgumentException e) {
      throw new StreamException(
          CancelCode.PROTOCOL_ERROR, "malformed metadata: the name " + Escape.text(name));
    }
  }

  private static Metadata.Key<String> asciiKey(String name) {
    Metadata.Key<String> key = ASCII_KEYS.get(name);
    if (key == null) {
      key = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
      keep(ASCII_KEYS, name, key);
    }
    return key;
  }

  private static Metadata.Key<byte[]> binaryKey(String name) {
    Metadata.Key<byte[]> key = BINARY_KEYS.get(name);
    if (key == null) {
      key = Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER);
      keep(BINARY_KEYS, name, key);
    }
    return key;
  }

  /** Begins anew when it is full, so that no peer's names stay for good. */
  private static <T> void keep(
      Map<String, Metadata.Key<T>> keys, String name, Metadata.Key<T> key) {
    if (name.length() <= MAX_CACHED_NAME_CHARS) {
      if (keys.size() >= MAX_CACHED_KEYS) {
        keys.clear();
      }
      keys.put(name, key);
    }
  }

  /** The names that are kept, of all connections. */
  static Set<String> keptNames() {
    Set<String> names = new HashSet<>(ASCII_KEYS.keySet());
    names.addAll(BINARY_KEYS.keySet());
    return names;
  }

  private static StreamException tooLarge(long bytes, int entries, int maxBytes, String whose) {
    return new StreamException(
        CancelCode.LIMIT_EXCEEDED,
        "metadata of at least "
            + bytes
            + " bytes in "
            + entries
            + " entries is over "
            + whose
            + " limit of "
            + maxBytes
            + " bytes");
  }

  /** The entries of one block on their way out. */
  private static final class Entries {
    private final java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream(128);
    private int count;

    Entries() {
      bytes.writeBytes(EMPTY);
    }

    long add(Metadata metadata, String name) {
      long counted = 0;
      if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        var values = metadata.getAll(binaryKey(name));
        if (values != null) {
          for (byte[] value : values) {
            counted += add(name, value);
          }
        }
      } else {
        var values = metadata.getAll(asciiKey(name));
        if (values != null) {
          for (String value : values) {
            counted += add(name, value.getBytes(StandardCharsets.US_ASCII));
          }
        }
      }
      return counted;
    }

    private long add(String name, byte[] value) {
      byte[] nameBytes = name.getBytes(StandardCharsets.US_ASCII);
      int nameLength = Math.min(nameBytes.length, MAX_NAME_BYTES);
      bytes.write(nameLength >>> 8);
      bytes.write(nameLength);
      bytes.write(nameBytes, 0, nameLength);
      bytes.write(value.length >>> 24);
      bytes.write(value.length >>> 16);
      bytes.write(value.length >>> 8);
      bytes.write(value.length);
      bytes.writeBytes(value);
      count++;
      return (long) nameBytes.length + value.length + ENTRY_OVERHEAD_BYTES;
    }

    byte[] toBytes() {
      byte[] block = bytes.toByteArray();
      block[0] = (byte) (count >>> 8);
      block[1] = (byte) count;
      return block;
    }
  }
}
