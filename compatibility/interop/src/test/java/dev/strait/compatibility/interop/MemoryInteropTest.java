package dev.strait.compatibility.interop;

/** Inside the process. */
public final class MemoryInteropTest extends InteropSuite {
  public MemoryInteropTest() {
    super("memory:");
  }
}
