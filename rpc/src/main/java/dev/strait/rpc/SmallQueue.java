package dev.strait.rpc;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * First in, first out. Two elements, which is what a unary call has at most, take no memory beyond
 * the queue itself. Not thread-safe.
 */
final class SmallQueue<E> {
  private @Nullable E first;
  private @Nullable E second; // null if there is no first
  private @Nullable ArrayDeque<E> others; // empty if there is no second

  void add(E element) {
    if (first == null) {
      first = element;
    } else if (second == null) {
      second = element;
    } else {
      others().add(element);
    }
  }

  void addFirst(E element) {
    if (second != null) {
      others().addFirst(second);
    }
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
    second = others == null ? null : others.poll();
    return taken;
  }

  void clear() {
    first = null;
    second = null;
    others = null;
  }

  boolean isEmpty() {
    return first == null;
  }

  int size() {
    int inline = first == null ? 0 : second == null ? 1 : 2;
    return others == null ? inline : inline + others.size();
  }

  /** In order. */
  void forEach(Consumer<? super E> action) {
    if (first != null) {
      action.accept(first);
    }
    if (second != null) {
      action.accept(second);
    }
    if (others != null) {
      others.forEach(action);
    }
  }
}
