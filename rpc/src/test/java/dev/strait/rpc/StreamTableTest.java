package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class StreamTableTest {
  private final StreamTable table = new StreamTable();

  @Test
  void idsThatCollideAreKeptApart() {
    // 16 slots at first, ids step by two: these all have the same home.
    int[] colliding = {1, 33, 65, 97, 129};
    Map<Integer, Stream> streams = new HashMap<>();
    for (int id : colliding) {
      streams.put(id, stream());
      table.put(id, streams.get(id));
    }

    assertSame(streams.remove(33), table.remove(33));

    assertNull(table.get(33));
    assertNull(table.remove(33));
    streams.forEach((id, stream) -> assertSame(stream, table.get(id)));
    assertEquals(4, table.size());
  }

  @Test
  void aGapAtTheEndOfTheTableIsClosedAcrossItsBegin() {
    // Home 15 is the last slot: what collides there goes on at slot 0.
    for (int id : new int[] {31, 63, 95, 1}) {
      table.put(id, stream());
    }

    table.remove(31);

    for (int id : new int[] {63, 95, 1}) {
      assertTrue(table.get(id) != null, "lost " + id);
    }
  }

  @Test
  void itIsAMapWhateverHappens() {
    Random random = new Random(20240607);
    Map<Integer, Stream> expected = new HashMap<>();
    for (int step = 0; step < 200_000; step++) {
      int id = id(random, step);
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          if (!expected.containsKey(id)) {
            Stream stream = stream();
            expected.put(id, stream);
            table.put(id, stream);
          }
        }
        case 2, 3 -> assertSame(expected.remove(id), table.remove(id));
        default -> assertSame(expected.get(id), table.get(id));
      }
      assertEquals(expected.size(), table.size());
    }
    assertEquals(new HashSet<>(expected.values()), new HashSet<>(table.all()));
    expected.forEach((id, stream) -> assertSame(stream, table.get(id)));
  }

  /** Small ones, ones with the same home, and the largest. */
  private static int id(Random random, int step) {
    return switch (step % 3) {
      case 0 -> 1 + random.nextInt(64);
      case 1 -> 1 + 2048 * random.nextInt(32);
      default -> Integer.MAX_VALUE - random.nextInt(32);
    };
  }

  private static Stream stream() {
    return new ServerStream(
        new ServerStream.Call() {
          @Override
          public void deliver(Object event) {}

          @Override
          public boolean isInline() {
            return true;
          }

          @Override
          public void dispatch(CallbackQueue callbacks) {}

          @Override
          public void begin() {}

          @Override
          public void cancelled(Status reason) {}
        });
  }

  @Test
  void aStreamThatItsHandlerHasClosedMayStillHearTheEnd() {
    ServerStream stream = (ServerStream) stream();
    stream.opened(1);
    stream.close();

    stream.receiveEnd();

    assertEquals(StreamState.CLOSED, stream.state());
  }
}
