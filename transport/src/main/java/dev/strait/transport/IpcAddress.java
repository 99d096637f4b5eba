package dev.strait.transport;

import java.net.SocketAddress;
import java.util.Locale;

/**
 * The endpoint of a local connection.
 *
 * <table>
 * <caption>Accepted forms</caption>
 * <tr><td>{@code unix:/abs/path}, {@code unix:///abs/path}</td><td>Unix domain socket, absolute path</td></tr>
 * <tr><td>{@code unix:relative/path}</td><td>the same, relative to the working directory</td></tr>
 * <tr><td>{@code unix-abstract:name}</td><td>Unix domain socket in Linux's abstract namespace</td></tr>
 * <tr><td>{@code memory:name}</td><td>in this process</td></tr>
 * <tr><td>{@code pipe:name}, {@code pipe:/abs/dir}</td><td>named pipes; reserved</td></tr>
 * </table>
 *
 * <p>Immutable. Two addresses are equal if scheme and name are.
 */
public final class IpcAddress extends SocketAddress {
  private static final long serialVersionUID = 1;

  /** The kinds of endpoint. */
  public enum Scheme {
    /** A Unix domain socket in the file system. */
    UNIX,
    /** A Unix domain socket in the abstract namespace. */
    UNIX_ABSTRACT,
    /** A pair of named pipes. Reserved. */
    PIPE,
    /** In this process. */
    MEMORY;

    /** The scheme as it is written in an address. */
    public String prefix() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-') + ":";
    }
  }

  private final Scheme scheme;
  private final String name;

  private IpcAddress(Scheme scheme, String name) {
    this.scheme = scheme;
    this.name = name;
  }

  /**
   * Parses an address.
   *
   * @throws IllegalArgumentException if it has none of the accepted forms, is empty, or is longer in
   *     bytes than the platform allows; the message says which, and lists the accepted forms
   */
  public static IpcAddress of(String address) {
    for (Scheme scheme : Scheme.values()) {
      if (address.startsWith(scheme.prefix())) {
        return new IpcAddress(scheme, address.substring(scheme.prefix().length()));
      }
    }
    throw new IllegalArgumentException(address);
  }

  /** The kind of endpoint. */
  public Scheme scheme() {
    return scheme;
  }

  /** The path (unix), or the name. */
  public String name() {
    return name;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IpcAddress that && scheme == that.scheme && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return 31 * scheme.hashCode() + name.hashCode();
  }

  /** The canonical form, which {@link #of} accepts. */
  @Override
  public String toString() {
    return scheme.prefix() + name;
  }
}
