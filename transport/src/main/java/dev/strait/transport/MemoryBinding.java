package dev.strait.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A name that is served inside this process. */
final class MemoryBinding implements Binding {
  private static final ConcurrentHashMap<String, MemoryBinding> SERVED = new ConcurrentHashMap<>();

  private final IpcAddress address;
  private final TransportOptions options;
  private final Signal arrived;

  @GuardedBy("this")
  private final ArrayDeque<MemoryLink> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean closed;

  private MemoryBinding(IpcAddress address, TransportOptions options) {
    this.address = address;
    this.options = options;
    this.arrived = new Signal(options.ticker());
  }

  static MemoryBinding bind(IpcAddress address, TransportOptions options) throws IOException {
    MemoryBinding binding = new MemoryBinding(address, options);
    if (SERVED.putIfAbsent(address.name(), binding) != null) {
      throw new BindException(address + " is in use by a live server of this process");
    }
    return binding;
  }

  static Link connect(IpcAddress address, ConnectAttempt attempt) throws IOException {
    while (true) {
      MemoryBinding binding = SERVED.get(address.name());
      if (binding == null) {
        throw new ConnectException("nobody serves " + address + " in this process");
      }
      MemoryLink link = binding.offer();
      if (link != null) {
        return link;
      }
      attempt.pause(null);
    }
  }

  /** The connecting end of a new connection, or null if the backlog is full. */
  private @Nullable MemoryLink offer() throws ConnectException {
    MemoryLink connecting;
    synchronized (this) {
      if (closed) {
        throw new ConnectException("nobody serves " + address + " in this process");
      }
      if (waiting.size() >= options.backlog()) {
        return null;
      }
      MemoryLink[] ends = MemoryLink.pair(options.ticker());
      waiting.add(ends[1]);
      connecting = ends[0];
    }
    arrived.raise();
    return connecting;
  }

  @Override
  public @Nullable Link accept() {
    Link link = next();
    if (link == null) {
      arrived.await(Long.MAX_VALUE);
      link = next();
    }
    return link;
  }

  private synchronized @Nullable Link next() {
    return waiting.poll();
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      waiting.forEach(Link::close);
      waiting.clear();
    }
    SERVED.remove(address.name(), this);
    arrived.raise();
  }
}
