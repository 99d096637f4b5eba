package dev.strait.rpc;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The method names that the peer interned on this connection. Used by the reading role only. */
final class MethodNames {
  static final int MAX_NAME_BYTES = 1024;

  private final int max;
  private final List<String> names = new ArrayList<>();

  MethodNames(int max) {
    this.max = max;
  }

  /**
   * Reads a method reference: {@code u32 id}, and with the flag {@code u16 length, name}.
   *
   * @throws WireException if the reference makes no sense; later ones would not either
   */
  String read(ByteBuffer in, boolean withName) throws WireException {
    int id;
    String name = "";
    try {
      id = Fields.i32(in, "OPEN");
      if (withName) {
        int length = Fields.u16(in, "OPEN");
        if (length > MAX_NAME_BYTES) {
          throw new WireException(
              GoAwayReason.LIMIT_EXCEEDED,
              "a method name of " + length + " bytes is over the limit of " + MAX_NAME_BYTES);
        }
        name = Fields.text(in, length, "OPEN");
      }
    } catch (StreamException e) {
      throw new WireException(GoAwayReason.PROTOCOL_ERROR, e.text());
    }
    return withName ? define(id, name) : known(id);
  }

  private String define(int id, String name) throws WireException {
    if (id == MethodIds.NOT_INTERNED) {
      return name;
    }
    if (id != names.size() + 1 || id > max) {
      throw new WireException(
          GoAwayReason.PROTOCOL_ERROR,
          "a method name came with the id "
              + Integer.toUnsignedString(id)
              + ", the next is "
              + (names.size() + 1)
              + ", the last "
              + max);
    }
    names.add(name);
    return name;
  }

  private String known(int id) throws WireException {
    if (id < 1 || id > names.size()) {
      throw new WireException(
          GoAwayReason.PROTOCOL_ERROR,
          "the method id " + Integer.toUnsignedString(id) + " was never given a name");
    }
    return names.get(id - 1);
  }
}
