package dev.strait.rpc;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a connection and what opening them takes: ids, method ids, credit, the peer's
 * limit and that nobody goes away. Guarded by the connection's lock.
 */
final class Streams {
  private static final int LAST_ID = Integer.MAX_VALUE - 1;

  private final StreamTable table = new StreamTable();
  private final Set<Stream> waitingToOpen = new LinkedHashSet<>();
  private final Drain drain = new Drain();

  private int nextId;
  private int lastPeerId;
  private int lastAcceptedId;
  private int openedByUs;
  private int maxOpenedByUs;
  private boolean closed;
  private SendCredit credit = new SendCredit(0);
  private MethodIds methodIds = new MethodIds(0);

  /**
   * @param firstId of the streams of this side: odd if it connected, else even
   */
  Streams(int firstId) {
    nextId = firstId;
  }

  /** The peer has said what it accepts. */
  void begin(Hello peer) {
    credit = new SendCredit(peer.connectionWindowBytes());
    methodIds = new MethodIds(peer.maxMethods());
    maxOpenedByUs = peer.maxStreams();
  }

  /** The connection's credit. */
  SendCredit credit() {
    return credit;
  }

  MethodIds methodIds() {
    return methodIds;
  }

  Drain drain() {
    return drain;
  }

  boolean isEmpty() {
    return table.isEmpty();
  }

  /** Counts up with each stream that either side opens. */
  long openedSoFar() {
    return (long) nextId + lastPeerId;
  }

  int openedByPeer() {
    return table.size() - openedByUs;
  }

  /** The last stream of the peer that was taken on; later ones were not processed. */
  int lastAcceptedId() {
    return lastAcceptedId;
  }

  List<Stream> all() {
    return table.all();
  }

  /**
   * Whether new calls can begin here.
   *
   * @param callingBack on a connection that goes away too, while calls of the peer go on
   */
  boolean mayOpen(boolean callingBack) {
    return !closed && drain.mayOpen(callingBack && openedByPeer() > 0) && !isUsedUp();
  }

  /** Whether this side has no id left. */
  boolean isUsedUp() {
    return nextId >= LAST_ID;
  }

  /** Gives a stream its id; false if it must wait for another one to close, or cannot be opened. */
  boolean open(ClientStream stream) {
    if (!mayOpen(stream.call().callsBack())) {
      return false;
    }
    if (openedByUs >= maxOpenedByUs) {
      waitingToOpen.add(stream);
      return false;
    }
    if (!waitingToOpen.isEmpty()) {
      // It may have waited, and now sends its next message.
      waitingToOpen.remove(stream);
    }
    int id = nextId;
    nextId += 2;
    openedByUs++;
    stream.opened(id);
    table.put(id, stream);
    return true;
  }

  /** Checks the id of a stream that the peer opens. */
  void checkPeerId(int id) throws WireException {
    if (id <= lastPeerId || isOurs(id)) {
      throw new WireException(
          GoAwayReason.PROTOCOL_ERROR,
          "OPEN on stream "
              + Integer.toUnsignedString(id)
              + ", expected an "
              + ((nextId & 1) == 1 ? "even" : "odd")
              + " id above "
              + lastPeerId);
    }
    lastPeerId = id;
  }

  /** Adds a stream that the peer opened. */
  void accept(int id, ServerStream stream) {
    lastAcceptedId = id;
    stream.opened(id);
    table.put(id, stream);
  }

  @Nullable Stream get(int id) {
    return table.get(id);
  }

  /** The open stream with this id; null if it is closed. */
  @Nullable Stream openOrClosed(int id) throws WireException {
    Stream stream = table.get(id);
    if (stream == null && (id <= 0 || id > (isOurs(id) ? nextId - 2 : lastPeerId))) {
      throw new WireException(
          GoAwayReason.PROTOCOL_ERROR,
          "a frame came on stream " + Integer.toUnsignedString(id) + ", which was never opened");
    }
    return stream;
  }

  /** Drops a stream that is closed. */
  void forget(Stream stream) {
    if (table.remove(stream.id()) != null && stream instanceof ClientStream) {
      openedByUs--;
    }
  }

  /** A stream that waits no more. */
  void stopWaiting(Stream stream) {
    waitingToOpen.remove(stream);
  }

  /** Whether a stream waits that may be opened now. */
  boolean hasOpenable() {
    return !waitingToOpen.isEmpty() && openedByUs < maxOpenedByUs;
  }

  /** Takes the first stream that waits and may be opened now. */
  @Nullable Stream takeOpenable() {
    if (!hasOpenable()) {
      return null;
    }
    var waiting = waitingToOpen.iterator();
    Stream next = waiting.next();
    waiting.remove();
    return next;
  }

  /** Takes the streams that wait; none of them is opened here any more. */
  List<Stream> takeWaiting() {
    List<Stream> waiting = new ArrayList<>(waitingToOpen);
    waitingToOpen.clear();
    return waiting;
  }

  /** Drops the streams that the peer, which goes away, has not seen or will not process. */
  List<Stream> takeNotProcessed(int lastProcessedId) {
    List<Stream> notProcessed = takeWaiting();
    for (Stream stream : table.all()) {
      if (stream instanceof ClientStream && stream.id() > lastProcessedId) {
        notProcessed.add(stream);
        table.remove(stream.id());
        openedByUs--;
      }
    }
    return notProcessed;
  }

  /** Drops all; no more are taken. */
  List<Stream> close() {
    closed = true;
    List<Stream> all = table.all();
    for (Stream stream : all) {
      table.remove(stream.id());
    }
    all.addAll(takeWaiting());
    openedByUs = 0;
    return all;
  }

  boolean isClosed() {
    return closed;
  }

  private boolean isOurs(int id) {
    return (id & 1) == (nextId & 1);
  }
}
