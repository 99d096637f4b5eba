package dev.strait.compatibility.interop;

/** Over named pipes. */
public final class PipeInteropTest extends InteropSuite {
  public PipeInteropTest() {
    super("pipe:");
  }
}
