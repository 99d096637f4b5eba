package dev.strait.transport;

/** Is told of the state changes of a transport. */
@FunctionalInterface
public interface StateListener {
  /** The transport moved. Must not block. */
  void onStateChange(TransportState from, TransportState to);
}
