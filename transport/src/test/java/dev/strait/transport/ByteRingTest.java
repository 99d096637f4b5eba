package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ByteRingTest {
  private final Signal arrived = new Signal(Ticker.system());
  private final Signal freed = new Signal(Ticker.system());
  private final ByteRing ring = new ByteRing(16, arrived, freed);

  @Test
  void bytesComeOutAsTheyWentInAroundTheEdge() throws IOException {
    Random sizes = new Random(1);
    byte[] sent = noise(10_000, 2);
    ByteBuffer source = ByteBuffer.wrap(sent);
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    while (got.size() < sent.length) {
      source.limit(Math.min(sent.length, source.position() + sizes.nextInt(20)));
      ring.write(source);
      ByteBuffer target = ByteBuffer.allocate(sizes.nextInt(20));
      ring.read(target);
      got.write(target.array(), 0, target.position());
    }
    assertArrayEquals(sent, got.toByteArray());
  }

  @Test
  void whoFoundAnExactlyFullRingIsToldOfRoom() throws IOException {
    assertEquals(16, ring.write(ByteBuffer.allocate(16)));
    assertFalse(ring.hasRoomOrSignalsIt());
    assertEquals(16, ring.read(ByteBuffer.allocate(16)));
    freed.await(Long.MAX_VALUE);
    assertTrue(ring.hasRoomOrSignalsIt());
  }

  @Test
  void aWriteOfNothingComesFirstToo() throws IOException {
    assertEquals(0, ring.write(ByteBuffer.allocate(0)));
    assertFalse(ring.hasBytes());
  }

  @Test
  void whoIsNotReadFillsLittleAndWhoIsReadHasAllOfIt() throws IOException {
    ByteRing large = new ByteRing(10 * ByteRing.FIRST_BYTES, arrived, freed);
    byte[] sent = noise(40 * ByteRing.FIRST_BYTES, 3);
    ByteBuffer source = ByteBuffer.wrap(sent);
    ByteBuffer got = ByteBuffer.allocate(sent.length);

    assertEquals(ByteRing.FIRST_BYTES, large.write(source));
    assertFalse(large.hasRoomOrSignalsIt());
    large.read(got.limit(ByteRing.FIRST_BYTES - 1));
    assertEquals(ByteRing.FIRST_BYTES - 1, large.write(source), "not all has been read yet");
    large.read(got.limit(ByteRing.FIRST_BYTES));
    assertTrue(large.hasRoomOrSignalsIt());
    assertEquals(ByteRing.FIRST_BYTES + 1, large.write(source), "twice as large");

    int most = 0;
    while (got.position() < sent.length) {
      large.write(source);
      most = Math.max(most, source.position() - got.position());
      large.read(got.limit(sent.length));
    }
    assertEquals(10 * ByteRing.FIRST_BYTES, most);
    assertArrayEquals(sent, got.array());
  }

  @Test
  void theEndComesAfterTheBytesAndAbandonedBytesAreDropped() throws IOException {
    ring.write(ByteBuffer.allocate(3));
    ring.end();
    assertThrows(IOException.class, () -> ring.write(ByteBuffer.allocate(1)));
    assertEquals(3, ring.read(ByteBuffer.allocate(16)));
    assertEquals(-1, ring.read(ByteBuffer.allocate(16)));

    ByteRing other = new ByteRing(16, arrived, freed);
    other.write(ByteBuffer.allocate(3));
    other.abandon();
    assertTrue(other.isEmpty());
    assertThrows(IOException.class, () -> other.write(ByteBuffer.allocate(1)));
  }

  private static byte[] noise(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void anEndWhoseSignalWasSpentOnTheBytesIsStillFound() throws IOException {
    ring.write(ByteBuffer.allocate(3));
    ring.end();
    arrived.await(Long.MAX_VALUE);
    assertEquals(3, ring.read(ByteBuffer.allocate(16)));
    assertTrue(ring.hasBytes(), "the reader would wait for ever");
    assertEquals(-1, ring.read(ByteBuffer.allocate(16)));
    assertFalse(ring.hasBytes(), "told once: no reason to wake up again");
  }
}
