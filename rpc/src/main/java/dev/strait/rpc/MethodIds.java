package dev.strait.rpc;

import java.util.HashMap;
import java.util.Map;

/**
 * The ids that this side gave to the names of the methods it calls: counted up from 1, never
 * reused, bounded by what the peer accepts. Guarded by the connection's lock.
 */
final class MethodIds {
  /** A name without an id: it is sent with each call. */
  static final int NOT_INTERNED = 0;

  private final int max;
  private final Map<String, Integer> ids = new HashMap<>();

  MethodIds(int max) {
    this.max = max;
  }

  /** The id of a name that the peer knows already, else {@link #NOT_INTERNED}. */
  int known(String name) {
    Integer id = ids.get(name);
    return id == null ? NOT_INTERNED : id;
  }

  /** Gives an id to a new name, to be sent with it; {@link #NOT_INTERNED} if there are no more. */
  int assign(String name) {
    if (ids.size() >= max) {
      return NOT_INTERNED;
    }
    int id = ids.size() + 1;
    ids.put(name, id);
    return id;
  }
}
