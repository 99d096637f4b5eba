package dev.strait.rpc;

import io.grpc.Attributes;
import io.grpc.ClientTransportFilter;
import io.grpc.ServerTransportFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What the application wants to be asked when a connection is ready, and told when it is gone. */
final class TransportFilters {
  private record Filter(UnaryOperator<Attributes> ready, Consumer<Attributes> terminated) {}

  private final List<Filter> filters = new ArrayList<>();

  void add(ServerTransportFilter filter) {
    filters.add(new Filter(filter::transportReady, filter::transportTerminated));
  }

  void add(ClientTransportFilter filter) {
    filters.add(new Filter(filter::transportReady, filter::transportTerminated));
  }

  TransportFilters copy() {
    TransportFilters copy = new TransportFilters();
    copy.filters.addAll(filters);
    return copy;
  }

  boolean isEmpty() {
    return filters.isEmpty();
  }

  /** Asks each filter; what one makes of the attributes is what the next one gets. */
  Attributes ready(Attributes attributes) {
    Attributes filtered = attributes;
    for (Filter filter : filters) {
      Attributes next = filter.ready.apply(filtered);
      if (next == null) {
        throw new NullPointerException("a filter's transportReady returned null");
      }
      filtered = next;
    }
    return filtered;
  }

  void terminated(Attributes attributes) {
    for (Filter filter : filters) {
      try {
        filter.terminated.accept(attributes);
      } catch (Throwable e) {
        Log.warn("a filter's transportTerminated threw", e);
      }
    }
  }
}
