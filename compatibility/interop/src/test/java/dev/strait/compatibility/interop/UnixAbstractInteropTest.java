package dev.strait.compatibility.interop;

/** Over a Unix domain socket with an abstract name. */
public final class UnixAbstractInteropTest extends InteropSuite {
  public UnixAbstractInteropTest() {
    super("unix-abstract:");
  }
}
