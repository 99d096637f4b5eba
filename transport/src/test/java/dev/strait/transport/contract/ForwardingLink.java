package dev.strait.transport.contract;

import dev.strait.transport.Link;
import dev.strait.transport.PeerCredentials;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Does what another link does: a beginning for one that differs in something. */
public abstract class ForwardingLink implements Link {
  private final Link inner;

  /** Stands in front of {@code inner}. */
  protected ForwardingLink(Link inner) {
    this.inner = inner;
  }

  @Override
  public PeerCredentials credentials() throws IOException {
    return inner.credentials();
  }

  @Override
  public void admitted() {
    inner.admitted();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return inner.read(target);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return inner.write(source);
  }

  @Override
  public boolean hasUnsent() {
    return inner.hasUnsent();
  }

  @Override
  public void await(boolean alsoWritable, long timeoutNanos) {
    inner.await(alsoWritable, timeoutNanos);
  }

  @Override
  public void wakeup() {
    inner.wakeup();
  }

  @Override
  public void shutdownOutput() throws IOException {
    inner.shutdownOutput();
  }

  @Override
  public void close() {
    inner.close();
  }
}
