package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class MessageAssemblerTest {
  private static final int MAX = 1000;

  private final MessageAssembler assembler = new MessageAssembler(MAX, 64);

  @Test
  void aMessageInOneFrameIsItsData() throws Exception {
    assertArrayEquals(
        new byte[] {1, 2}, assembler.add(Data.of((byte) 1, (byte) 2).toBuffer(), false));
    assertArrayEquals(new byte[0], assembler.add(Data.of().toBuffer(), false));
    assertEquals(MAX, assembler.add(ByteBuffer.allocate(MAX), false).length);
  }

  @Test
  void piecesOfEverySizeGiveTheMessage() throws Exception {
    Random random = new Random(3);
    for (int round = 0; round < 2_000; round++) {
      byte[] message = new byte[2 + random.nextInt(MAX - 1)];
      random.nextBytes(message);
      int at = random.nextInt(message.length);
      Data first = new Data().u32(message.length).bytes(java.util.Arrays.copyOf(message, at));
      assertNull(assembler.add(first.toBuffer(), true));
      byte[] whole = null;
      while (whole == null) {
        assertTrue(assembler.inMessage());
        int length = 1 + random.nextInt(message.length - at);
        boolean more = at + length < message.length;
        whole = assembler.add(ByteBuffer.wrap(message, at, length), more);
        at += length;
      }
      assertArrayEquals(message, whole);
      assertFalse(assembler.inMessage());
    }
  }

  @Test
  void aMessageOverTheLimitIsRefusedByItsAnnouncement() {
    StreamException thrown = refused(new Data().u32(MAX + 1), true);

    assertEquals(CancelCode.LIMIT_EXCEEDED, thrown.code());
    assertEquals("gRPC message exceeds maximum size 1000: 1001", thrown.text());
  }

  @Test
  void anAnnouncementIsAnUnsignedNumber() {
    StreamException thrown = refused(new Data().u32(-1), true);

    assertEquals(CancelCode.LIMIT_EXCEEDED, thrown.code());
    assertTrue(thrown.text().endsWith(": 4294967295"), thrown.text());
  }

  @Test
  void aMessageOverTheLimitInOneFrameIsRefused() {
    assertEquals(CancelCode.LIMIT_EXCEEDED, refused(Data.of(new byte[MAX + 1]), false).code());
  }

  @Test
  void memoryIsTakenAsTheBytesCome() throws Exception {
    MessageAssembler generous = new MessageAssembler(Integer.MAX_VALUE, 64);

    assertNull(generous.add(new Data().u32(Integer.MAX_VALUE).u8(1).toBuffer(), true));

    assertTrue(generous.inMessage());
  }

  @Test
  void anAnnouncementThatIsCutShortIsRefused() {
    assertEquals(CancelCode.PROTOCOL_ERROR, refused(new Data().u16(1), true).code());
  }

  @Test
  void aFirstPieceWithAllOfTheMessageMustNotPromiseMore() {
    assertEquals(CancelCode.PROTOCOL_ERROR, refused(new Data().u32(2).u8(1).u8(2), true).code());
    assertEquals(CancelCode.PROTOCOL_ERROR, refused(new Data().u32(1).u8(1).u8(2), true).code());
    assertEquals(CancelCode.PROTOCOL_ERROR, refused(new Data().u32(0), true).code());
  }

  @Test
  void piecesThatContradictTheAnnouncementAreRefused() throws Exception {
    record Case(int lastPiece, boolean more) {}
    for (Case wrong :
        new Case[] {
          new Case(1, false), new Case(3, false), new Case(2, true), new Case(3, true),
        }) {
      MessageAssembler fresh = new MessageAssembler(MAX, 64);
      fresh.add(new Data().u32(3).u8(1).toBuffer(), true);
      StreamException thrown =
          assertThrows(
              StreamException.class,
              () -> fresh.add(ByteBuffer.allocate(wrong.lastPiece), wrong.more));
      assertEquals(CancelCode.PROTOCOL_ERROR, thrown.code(), wrong::toString);
      assertTrue(thrown.text().contains("3 bytes was announced"), thrown.text());
    }
  }

  private StreamException refused(Data data, boolean more) {
    return assertThrows(StreamException.class, () -> assembler.add(data.toBuffer(), more));
  }
}
