package dev.strait.transport;

import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The endpoint of a local connection.
 *
 * <table>
 * <caption>Accepted forms</caption>
 * <tr><td>{@code unix:/abs/path}, {@code unix:///abs/path}</td><td>Unix domain socket, absolute path</td></tr>
 * <tr><td>{@code unix:relative/path}</td><td>the same, relative to the working directory</td></tr>
 * <tr><td>{@code unix-abstract:name}</td><td>Unix domain socket in Linux's abstract namespace</td></tr>
 * <tr><td>{@code memory:name}</td><td>in this process</td></tr>
 * <tr><td>{@code pipe:/abs/dir}, {@code pipe:///abs/dir}</td><td>named pipes in that directory, absolute path</td></tr>
 * <tr><td>{@code pipe:name}</td><td>named pipes in a directory of that name among this user's: {@code
 * $XDG_RUNTIME_DIR/strait-pipe-<name>} or, where that is not set, {@code
 * <java.io.tmpdir>/strait-<uid>-pipe-<name>}</td></tr>
 * </table>
 *
 * <p>A name is text without control characters and without characters that do not show (Unicode's
 * format characters and separators of lines). A path of a socket has at most 106 bytes in UTF-8 on
 * Linux and 102 on macOS: {@code sun_path} of unix(7) less the final NUL and one byte that the JDK
 * keeps; a name in the abstract namespace has 107. The name of a pipe has at most 200, its
 * directory at most 4,000.
 *
 * <p>Immutable. Two addresses are equal if scheme and name are.
 */
public final class IpcAddress extends SocketAddress {
  private static final long serialVersionUID = 1;

  private static final String FORMS =
      "unix:/absolute/path, unix:///absolute/path, unix:relative/path, unix-abstract:name,"
          + " memory:name, pipe:name, pipe:/absolute/directory";
  private static final Pattern CUSTOM_SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*");
  private static final int LONGEST_PIPE_NAME_BYTES = 200;
  private static final int LONGEST_PIPE_DIRECTORY_BYTES = 4000;
  private static final int SHOWN_CHARS = 200;

  /** The kinds of endpoint. */
  public enum Scheme {
    /** A Unix domain socket in the file system. */
    UNIX,
    /** A Unix domain socket in the abstract namespace. */
    UNIX_ABSTRACT,
    /** A pair of named pipes per connection, in a directory. */
    PIPE,
    /** In this process. */
    MEMORY,
    /** Of a {@link TransportProvider} that an application brings. */
    CUSTOM;

    String prefix() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-') + ":";
    }
  }

  private final Scheme scheme;
  private final String prefix;
  private final String name;

  private IpcAddress(Scheme scheme, String name) {
    this(scheme, scheme.prefix(), name);
  }

  private IpcAddress(Scheme scheme, String prefix, String name) {
    this.scheme = scheme;
    this.prefix = prefix;
    this.name = name;
  }

  /**
   * Parses an address.
   *
   * @throws IllegalArgumentException if it has none of the accepted forms, is empty, holds a
   *     control character, or is longer in bytes than the platform allows; the message says which,
   *     and lists the accepted forms
   */
  public static IpcAddress of(String address) {
    return of(address, longestPathBytes(System.getProperty("os.name", "")));
  }

  static IpcAddress of(String address, int longestPathBytes) {
    for (Scheme scheme : Scheme.values()) {
      if (scheme != Scheme.CUSTOM && address.startsWith(scheme.prefix())) {
        String name = address.substring(scheme.prefix().length());
        checkText(address, name);
        return switch (scheme) {
          case UNIX -> unix(address, name, longestPathBytes);
          // One byte of sun_path is the leading NUL.
          case UNIX_ABSTRACT -> new IpcAddress(scheme, checkBytes(address, name, 107));
          case PIPE -> pipe(address, name);
          case MEMORY, CUSTOM -> new IpcAddress(scheme, name);
        };
      }
    }
    throw invalid(address, "unknown scheme");
  }

  /**
   * An address that only a {@link TransportProvider} of the application knows. {@link #of} does not
   * parse it.
   *
   * @param scheme lower-case letters, digits, {@code +}, {@code .} and {@code -}, a letter first;
   *     none of Strait's own
   * @throws IllegalArgumentException if the scheme is not such, or the name is empty or holds a
   *     control character
   */
  public static IpcAddress custom(String scheme, String name) {
    String address = scheme + ":" + name;
    if (!CUSTOM_SCHEME.matcher(scheme).matches()) {
      throw invalid(address, "its scheme must match " + CUSTOM_SCHEME);
    }
    for (Scheme own : Scheme.values()) {
      if (own != Scheme.CUSTOM && own.prefix().equals(scheme + ":")) {
        throw invalid(address, "the scheme is one of Strait's own");
      }
    }
    checkText(address, name);
    return new IpcAddress(Scheme.CUSTOM, scheme + ":", name);
  }

  private static IpcAddress pipe(String address, String name) {
    String path = withoutHost(address, name, Scheme.PIPE);
    if (path.startsWith("/")) {
      return new IpcAddress(Scheme.PIPE, checkBytes(address, path, LONGEST_PIPE_DIRECTORY_BYTES));
    }
    if (path.indexOf('/') >= 0) {
      throw invalid(address, "a directory of pipes is an absolute path, a name has no slash");
    }
    return new IpcAddress(Scheme.PIPE, checkBytes(address, path, LONGEST_PIPE_NAME_BYTES));
  }

  /** The path of {@code ///path}, or what there is. */
  private static String withoutHost(String address, String name, Scheme scheme) {
    if (!name.startsWith("//")) {
      return name;
    }
    String path = name.substring(2);
    if (!path.startsWith("/")) {
      String prefix = scheme.prefix();
      throw invalid(
          address,
          "a host is not possible, a path begins with " + prefix + "/ or " + prefix + "///");
    }
    // Two slashes would again be read as those before a host.
    return path.replaceFirst("^/+", "/");
  }

  private static IpcAddress unix(String address, String name, int longestPathBytes) {
    String path = withoutHost(address, name, Scheme.UNIX);
    if (path.endsWith("/")) {
      throw invalid(address, "the path ends with a slash, so it names no socket");
    }
    return new IpcAddress(Scheme.UNIX, checkBytes(address, path, longestPathBytes));
  }

  /** How long a path the JDK takes: sun_path less the final NUL and one byte more. */
  static int longestPathBytes(String system) {
    return system.startsWith("Linux") ? 106 : 102;
  }

  private static void checkText(String address, String name) {
    if (name.isEmpty()) {
      throw invalid(address, "the name is empty");
    }
    name.codePoints().forEach(c -> checkShows(address, c));
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      throw invalid(address, "the name holds half a surrogate pair");
    }
  }

  private static void checkShows(String address, int c) {
    switch (Character.getType(c)) {
      case Character.CONTROL ->
          throw invalid(address, "the name holds the control character " + code(c));
      case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
          throw invalid(address, "the name holds a character that does not show, " + code(c));
      default -> {}
    }
  }

  private static String code(int c) {
    return String.format("U+%04X", c);
  }

  private static String checkBytes(String address, String name, int limit) {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > limit) {
      throw invalid(address, "it is too long: at most " + limit + " bytes, was " + bytes);
    }
    return name;
  }

  private static IllegalArgumentException invalid(String address, String why) {
    return new IllegalArgumentException(
        "not an address: \"" + escape(address) + "\": " + why + "; accepted forms: " + FORMS);
  }

  private static String escape(String text) {
    return text.length() > SHOWN_CHARS
        ? UnixFailure.shown(text.substring(0, SHOWN_CHARS)) + "..."
        : UnixFailure.shown(text);
  }

  /**
   * The address of a service of this user: {@code $XDG_RUNTIME_DIR/<namespace>/<id>.sock} or, where
   * that is not set, {@code <java.io.tmpdir>/strait-<uid>/<namespace>.<id>.sock}. The last
   * directory is created with mode 0700 by the acceptor.
   *
   * <p>Characters other than ASCII letters, digits, {@code -} and {@code _} become {@code _}, and a
   * digest of the original is appended, so that different names stay different.
   *
   * @throws IllegalArgumentException if a name is empty, or the path too long in bytes
   */
  public static IpcAddress inRuntimeDirectory(String namespace, String id) {
    return RuntimeDirectory.address(
        namespace, id, System.getenv("XDG_RUNTIME_DIR"), System.getProperty("java.io.tmpdir"));
  }

  /** The kind of endpoint. */
  public Scheme scheme() {
    return scheme;
  }

  /** The path ({@code unix:}), the directory or name ({@code pipe:}), or the name. */
  public String name() {
    return name;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IpcAddress that && prefix.equals(that.prefix) && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return 31 * prefix.hashCode() + name.hashCode();
  }

  /** The canonical form, which {@link #of} accepts unless it is a custom one. */
  @Override
  public String toString() {
    return prefix + name;
  }
}
