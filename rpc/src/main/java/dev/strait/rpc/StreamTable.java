package dev.strait.rpc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The open streams of a connection by id: open addressing with linear probing, no boxing. Guarded
 * by the connection's lock.
 */
final class StreamTable {
  private static final int INITIAL_CAPACITY = 16;

  private @Nullable Stream[] slots = new Stream[INITIAL_CAPACITY];
  private int[] ids = new int[INITIAL_CAPACITY];
  private int size;
  private int displaced; // how many are not in the slot that their id asks for

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  @Nullable Stream get(int id) {
    for (int at = slotOf(id); ; at = next(at)) {
      Stream stream = slots[at];
      if (stream == null || ids[at] == id) {
        return stream;
      }
    }
  }

  /** Adds a stream under an id that is not in the table. */
  void put(int id, Stream stream) {
    if ((size + 1) * 2 > slots.length) {
      grow();
    }
    insert(id, stream);
    size++;
  }

  @Nullable Stream remove(int id) {
    int at = slotOf(id);
    while (slots[at] != null && ids[at] != id) {
      at = next(at);
    }
    Stream removed = slots[at];
    if (removed != null) {
      slots[at] = null;
      size--;
      if (displaced > 0) {
        displaced -= at == slotOf(id) ? 0 : 1;
        closeGap(at);
      }
    }
    return removed;
  }

  List<Stream> all() {
    List<Stream> all = new ArrayList<>(size);
    for (Stream stream : slots) {
      if (stream != null) {
        all.add(stream);
      }
    }
    return all;
  }

  /**
   * Moves up the entries behind a removed one that could no longer be found past the gap. Not
   * needed while none is displaced, as with ids that count up, whose entries would all be walked
   * over.
   */
  private void closeGap(int removedAt) {
    int gap = removedAt;
    for (int at = next(gap); slots[at] != null; at = next(at)) {
      int home = slotOf(ids[at]);
      boolean homeIsBehindGap = gap <= at ? gap < home && home <= at : gap < home || home <= at;
      if (!homeIsBehindGap) {
        slots[gap] = slots[at];
        ids[gap] = ids[at];
        slots[at] = null;
        displaced -= gap == home ? 1 : 0;
        gap = at;
      }
    }
  }

  private void grow() {
    @Nullable Stream[] oldSlots = slots;
    int[] oldIds = ids;
    slots = new Stream[oldSlots.length * 2];
    ids = new int[slots.length];
    displaced = 0;
    for (int at = 0; at < oldSlots.length; at++) {
      Stream stream = oldSlots[at];
      if (stream != null) {
        insert(oldIds[at], stream);
      }
    }
  }

  private void insert(int id, Stream stream) {
    int at = slotOf(id);
    while (slots[at] != null) {
      at = next(at);
    }
    slots[at] = stream;
    ids[at] = id;
    displaced += at == slotOf(id) ? 0 : 1;
  }

  /** Ids of one side step by two, so the lowest bit says nothing. */
  private int slotOf(int id) {
    return (id >>> 1) & (slots.length - 1);
  }

  private int next(int at) {
    return (at + 1) & (slots.length - 1);
  }
}
