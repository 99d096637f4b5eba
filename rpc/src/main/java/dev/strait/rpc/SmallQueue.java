package dev.strait.rpc;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * First in, first out. Three elements, which is what a unary call has at most, take no memory
 * beyond the queue itself. Not thread-safe.
 */
final class SmallQueue<E> {
  private @Nullable E first;
  private @Nullable E second; // null if there is no first
  private @Nullable E third; // null if there is no second
  private @Nullable ArrayDeque<E> others; // empty if there is no third

  void add(E element) {
    if (first == null) {
      first = element;
    } else if (second == null) {
      second = element;
    } else if (third == null) {
      third = element;
    } else {
      others().add(element);
    }
  }

  private ArrayDeque<E> others() {
    ArrayDeque<E> made = others;
    if (made == null) {
      made = new ArrayDeque<>();
      others = made;
    }
    return made;
  }

  /** The first element; null if there is none. */
  @Nullable E peek() {
    return first;
  }

  /** Takes the first element; null if there is none. */
  @Nullable E poll() {
    E taken = first;
    first = second;
    second = third;
    third = others == null ? null : others.poll();
    return taken;
  }

  boolean isEmpty() {
    return first == null;
  }
}
