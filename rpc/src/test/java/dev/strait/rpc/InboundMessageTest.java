package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class InboundMessageTest {
  private final byte[] array = new byte[LargeArrays.MAX_BYTES];

  /** What other tests left behind. */
  @BeforeEach
  void takeThoseThatAreAsLarge() {
    for (int i = 0; i < 4; i++) {
      LargeArrays.take(LargeArrays.MAX_BYTES, 0);
    }
  }

  @Test
  void theArrayOfAMessageThatWasReadIsUsedAgain() throws Exception {
    Arrays.fill(array, (byte) 1);
    InboundMessage message = new InboundMessage(array, 4, 100_000);
    assertEquals(100_000, message.size());
    message.readAllBytes();
    message.parsed();

    message.reset();
    assertEquals(-1, message.read(), "it has nothing to do with the array any more");
    assertTrue(array == LargeArrays.take(array.length), "it is used again");
  }

  @Test
  void theArrayOfAMessageThatSomebodyMayStillReadIsLeftToHim() throws Exception {
    Arrays.fill(array, (byte) 2);
    InboundMessage unread = new InboundMessage(array, 0, 100_000);
    unread.skip(99_999);
    unread.parsed();
    assertFalse(array == LargeArrays.take(array.length));
    assertEquals(2, unread.read());

    InboundMessage detached = new InboundMessage(array, 0, 100_000);
    InputStream rest = detached.detach();
    detached.parsed();
    assertFalse(array == LargeArrays.take(array.length));
    assertArrayEquals(Arrays.copyOf(array, 100_000), rest.readAllBytes());
  }

  @Test
  void aMessageDoesNotTakeAnArrayThatIsMuchTooLarge() {
    LargeArrays.give(array);
    assertFalse(array == LargeArrays.take(LargeArrays.MIN_BYTES));
    assertTrue(array == LargeArrays.take(array.length / 4, 0), "it is not too large");
  }

  @Test
  void smallAndHugeArraysAreNotKept() {
    for (int bytes : new int[] {LargeArrays.MIN_BYTES - 1, LargeArrays.MAX_BYTES + 1}) {
      byte[] other = new byte[bytes];
      LargeArrays.give(other);
      assertFalse(other == LargeArrays.take(bytes));
    }
  }
}
