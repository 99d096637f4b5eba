package dev.strait.rpc;

import java.util.ArrayDeque;
import java.util.function.Consumer;
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

  void addFirst(E element) {
    if (third != null) {
      others().addFirst(third);
    }
    third = second;
    second = first;
    first = element;
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

  void clear() {
    first = null;
    second = null;
    third = null;
    others = null;
  }

  boolean isEmpty() {
    return first == null;
  }

  int size() {
    if (third == null) {
      return first == null ? 0 : second == null ? 1 : 2;
    }
    return others == null ? 3 : 3 + others.size();
  }

  /** In order. */
  void forEach(Consumer<? super E> action) {
    if (first != null) {
      action.accept(first);
    }
    if (second != null) {
      action.accept(second);
    }
    if (third != null) {
      action.accept(third);
    }
    if (others != null) {
      others.forEach(action);
    }
  }
}
