package dev.strait.transport.contract;

import dev.strait.transport.Link;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** A link that goes wrong as {@link Faults} say. */
final class FaultingLink extends ForwardingLink {
  private static final int LOST_BYTES = 4096;

  private final Faults faults;
  private final Faults.Direction reading;
  private final Faults.Direction writing;
  private final AtomicLong passed = new AtomicLong();
  private long read;
  private volatile boolean readStalled;
  private volatile boolean writeStalled;

  FaultingLink(Link inner, Faults faults) {
    super(inner);
    this.faults = faults;
    this.reading =
        new Faults.Direction(faults.mostReadBytes(), faults.stallPercent(), faults.seed());
    this.writing =
        new Faults.Direction(faults.mostWrittenBytes(), faults.stallPercent(), ~faults.seed());
  }

  private boolean isSilent() {
    return passed.get() >= faults.silentAfterBytes();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (isSilent()) {
      readStalled = false;
      ByteBuffer lost = ByteBuffer.allocate(LOST_BYTES);
      while (super.read(lost.clear()) > 0) {
        // Nobody gets it.
      }
      return 0;
    }
    int allowed = passable(reading.allowed(target.remaining()));
    long untilEnd = faults.endAfterBytes() - read;
    if (untilEnd <= 0) {
      return -1;
    }
    readStalled = allowed == 0;
    if (readStalled) {
      return 0;
    }
    int limit = target.limit();
    target.limit(target.position() + (int) Math.min(allowed, untilEnd));
    try {
      int n = super.read(target);
      read += Math.max(0, n);
      passed.addAndGet(Math.max(0, n));
      return n;
    } finally {
      target.limit(limit);
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    if (isSilent()) {
      int lost = source.remaining();
      source.position(source.limit());
      return lost;
    }
    int allowed = passable(writing.allowed(source.remaining()));
    int limit = source.limit();
    source.limit(source.position() + allowed);
    try {
      int n = super.write(source);
      writeStalled = n == allowed && source.position() < limit;
      passed.addAndGet(n);
      return n;
    } finally {
      source.limit(limit);
    }
  }

  private int passable(int wanted) throws IOException {
    long left = faults.resetAfterBytes() - passed.get();
    if (left <= 0) {
      throw new IOException("reset after " + passed + " bytes, on purpose");
    }
    return (int) Math.min(left, wanted);
  }

  /** Does not block for what only this class held back. */
  @Override
  public void await(boolean alsoWritable, long timeoutNanos) {
    if (!readStalled && !(alsoWritable && writeStalled)) {
      super.await(alsoWritable, timeoutNanos);
    }
  }
}
