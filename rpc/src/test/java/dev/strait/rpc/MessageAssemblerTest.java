package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class MessageAssemblerTest {
  private static final int MAX = 1000;

  private final MessageAssembler assembler = new MessageAssembler(MAX, 64, bytes -> {});

  @Test
  void aMessageInOneFrameIsItsData() throws Exception {
    assertArrayEquals(
        new byte[] {1, 2},
        assembler.add(Data.of((byte) 1, (byte) 2).toBuffer(), false).readAllBytes());
    assertArrayEquals(new byte[0], assembler.add(Data.of().toBuffer(), false).readAllBytes());
    assertEquals(MAX, assembler.add(ByteBuffer.allocate(MAX), false).size());
  }

  @Test
  void piecesOfEverySizeGiveTheMessage() throws Exception {
    Random random = new Random(3);
    for (int round = 0; round < 2_000; round++) {
      byte[] message = new byte[2 + random.nextInt(MAX - 1)];
      random.nextBytes(message);
      int at = random.nextInt(message.length);
      Data first = new Data().u32(message.length).bytes(Arrays.copyOf(message, at));
      assertNull(assembler.add(first.toBuffer(), true));
      InboundMessage whole = null;
      while (whole == null) {
        assertTrue(assembler.inMessage());
        int length = 1 + random.nextInt(message.length - at);
        boolean more = at + length < message.length;
        whole = assembler.add(ByteBuffer.wrap(message, at, length), more);
        at += length;
      }
      assertArrayEquals(message, whole.readAllBytes());
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
    MessageAssembler generous = new MessageAssembler(Integer.MAX_VALUE, 64, bytes -> {});

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
      MessageAssembler fresh = new MessageAssembler(MAX, 64, bytes -> {});
      fresh.add(new Data().u32(3).u8(1).toBuffer(), true);
      StreamException thrown =
          assertThrows(
              StreamException.class,
              () -> fresh.add(ByteBuffer.allocate(wrong.lastPiece), wrong.more));
      assertEquals(CancelCode.PROTOCOL_ERROR, thrown.code(), wrong::toString);
      assertTrue(thrown.text().contains("3 bytes was announced"), thrown.text());
    }
  }

  @Test
  void piecesThatAreGatheredInPlaceGiveTheMessage() throws Exception {
    Random random = new Random(5);
    MessageAssembler large = new MessageAssembler(1 << 20, 1 << 16, bytes -> {});
    int gathered = 0;
    for (int round = 0; round < 500; round++) {
      byte[] message = new byte[1 + random.nextInt(1 << 18)];
      random.nextBytes(message);
      int at = 0;
      InboundMessage whole = null;
      while (whole == null) {
        int left = message.length - at;
        int piece = left == 1 ? 1 : 1 + random.nextInt(Math.min(1 << 16, left));
        boolean more = piece < left;
        Data data = new Data();
        if (at == 0 && more) {
          data.u32(message.length);
        }
        ByteBuffer frame = data.bytes(Arrays.copyOfRange(message, at, at + piece)).toBuffer();
        ByteBuffer into =
            frame.remaining() >= 4 && random.nextBoolean()
                ? large.gatherInto(at > 0, more, frame.remaining(), frame)
                : null;
        if (into != null) {
          assertEquals(frame.remaining(), into.remaining());
          frame = into.put(frame).flip();
          gathered++;
        }
        whole = large.add(frame, more);
        at += piece;
      }
      assertEquals(message.length, whole.size());
      assertArrayEquals(message, whole.readAllBytes());
      whole.parsed();
    }
    assertTrue(gathered > 500, () -> "nothing was gathered in place");
  }

  @Test
  void whatWasPreparedForAFrameThatCameOtherwiseIsForgotten() throws Exception {
    ByteBuffer first = Data.of(new byte[20]).toBuffer();
    assertNotNull(assembler.gatherInto(false, false, 20, first));

    byte[] other = {1, 2, 3, 4};
    assertArrayEquals(other, assembler.add(ByteBuffer.wrap(other), false).readAllBytes());
  }

  @Test
  void nothingIsPreparedForAFrameThatWillBeRefused() throws Exception {
    assertNull(assembler.gatherInto(true, false, 20, Data.of(new byte[20]).toBuffer()));
    assertNull(assembler.gatherInto(false, false, MAX + 1, Data.of(new byte[20]).toBuffer()));
    assertNull(assembler.gatherInto(false, true, 20, new Data().u32(MAX + 1).toBuffer()));
    assertNull(assembler.gatherInto(false, true, 20, new Data().u32(-1).toBuffer()));
    assertNull(assembler.gatherInto(false, true, 20, new Data().u32(16).toBuffer()));

    assembler.add(new Data().u32(30).u8(1).toBuffer(), true);
    assertNull(assembler.gatherInto(false, false, 20, Data.of(new byte[20]).toBuffer()));
    assertNull(assembler.gatherInto(true, false, 30, Data.of(new byte[20]).toBuffer()));
    assertNotNull(assembler.gatherInto(true, false, 29, Data.of(new byte[20]).toBuffer()));
  }

  private StreamException refused(Data data, boolean more) {
    return assertThrows(StreamException.class, () -> assembler.add(data.toBuffer(), more));
  }
}
