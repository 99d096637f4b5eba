package dev.strait.compatibility.interop;

/** Over a Unix domain socket. */
public final class UnixInteropTest extends InteropSuite {
  public UnixInteropTest() {
    super("unix:");
  }
}
