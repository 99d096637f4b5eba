package dev.strait.rpc.touchpoint;

import dev.strait.transport.IpcAddress;

/**
 * The target strings of Strait: {@code ipc:///abs/path}, or {@code ipc:} before any form that
 * {@link IpcAddress#of} accepts.
 */
final class IpcTarget {
  static final String SCHEME = "ipc";

  private static final String PREFIX = SCHEME + ":";

  private IpcTarget() {}

  /**
   * @throws IllegalArgumentException if this is no such target; the message says why
   */
  static IpcAddress parse(String target) {
    if (!target.startsWith(PREFIX)) {
      throw new IllegalArgumentException("expected a target that begins with ipc:, came " + target);
    }
    String rest = target.substring(PREFIX.length());
    return IpcAddress.of(rest.startsWith("/") ? "unix:" + rest : rest);
  }

  /** The target for an address; the longest form, which names the scheme. */
  static String of(IpcAddress address) {
    return PREFIX + address;
  }
}
