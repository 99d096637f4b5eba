package dev.strait.examples.customtransport;

import dev.strait.transport.Binding;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Link;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A name that is served: a bounded queue of connections which the server has yet to accept. */
final class NioPipeBinding implements Binding {
  private final IpcAddress address;
  private final int backlog;
  private final Map<IpcAddress, NioPipeBinding> served;
  private final Queue<NioPipeLink> waiting = new ArrayDeque<>(); // guarded by this
  private boolean closed; // guarded by this

  NioPipeBinding(IpcAddress address, int backlog, Map<IpcAddress, NioPipeBinding> served) {
    this.address = address;
    this.backlog = backlog;
    this.served = served;
  }

  /** The client's end of a new connection, or null if the queue is full. */
  synchronized @Nullable Link connect() throws IOException {
    if (closed) {
      throw new ConnectException("nobody serves " + address + " any more");
    }
    if (waiting.size() >= backlog) {
      return null;
    }
    NioPipeLink.Pair ends = NioPipeLink.pair();
    waiting.add(ends.server());
    notifyAll();
    return ends.client();
  }

  @Override
  public synchronized @Nullable Link accept() {
    while (waiting.isEmpty() && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Means nothing here: whoever accepts asks again until it has closed this.
        return null;
      }
    }
    return waiting.poll();
  }

  @Override
  public void close() {
    served.remove(address, this);
    synchronized (this) {
      closed = true;
      waiting.forEach(Link::close);
      waiting.clear();
      notifyAll();
    }
  }
}
