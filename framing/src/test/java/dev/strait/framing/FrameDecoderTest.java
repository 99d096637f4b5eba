package dev.strait.framing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.BufferPool;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeakedBuffers.class)
class FrameDecoderTest {
  private static final FrameLimits NONE = (streamId, type, flags, length) -> {};

  private final Recorder recorder = new Recorder();

  /** F1. */
  @ParameterizedTest
  @ValueSource(ints = {0xffff_ffff, 0x8000_0000, 0x7fff_ffff, 0x0100_0000})
  void aLengthThatNeedsItsFirstByteIsRefusedAlsoWhenTheLimitsLetItPass(int length) {
    List<Long> asked = new ArrayList<>();
    FrameDecoder decoder = new FrameDecoder((id, type, flags, n) -> asked.add(n), recorder);
    FrameException e =
        assertThrows(FrameException.class, () -> decoder.decode(Bytes.header(length)));
    assertEquals(
        "frame announces "
            + Integer.toUnsignedString(length)
            + " bytes of data, over the limit of 16777215 bytes of the length field, whose first"
            + " byte is 0",
        e.getMessage());
    assertEquals(List.of(Integer.toUnsignedLong(length)), asked);
  }

  @Test
  void theLongestLengthIsLeftToTheLimits() throws FrameException {
    List<Long> asked = new ArrayList<>();
    FrameDecoder decoder = new FrameDecoder((id, type, flags, n) -> asked.add(n), recorder);
    decoder.decode(Bytes.header(0x00ff_ffff));
    assertEquals(List.of(0x00ff_ffffL), asked);
  }

  @Test
  void aFrameAtTheLimitComesAndOneByteMoreIsRefusedByItsHeader() throws FrameException {
    FrameDecoder decoder = new FrameDecoder(FrameLimits.ofBytes(100), recorder);
    decoder.decode(Bytes.header(100));
    decoder.decode(ByteBuffer.allocate(100));
    assertEquals(1, recorder.frames.size());
    FrameException e = assertThrows(FrameException.class, () -> decoder.decode(Bytes.header(101)));
    assertEquals(
        "frame of type 0x40 on stream 1 announces 101 bytes of data, over the limit of 100 bytes",
        e.getMessage());
  }

  @Test
  void eachTypeHasTheLimitOfItsProtocol() throws FrameException {
    FrameLimits limits = FrameLimits.ttrpcAndNative();
    for (int type = 0; type < 256; type++) {
      int frameType = type;
      int max = type == 1 || type == 2 || type == 3 ? 4 << 20 : 65_536;
      limits.check(1, type, 0, max);
      assertThrows(FrameException.class, () -> limits.check(1, frameType, 0, max + 1));
    }
    assertThrows(IllegalArgumentException.class, () -> FrameLimits.ofBytes(-1));
  }

  @Test
  void aRefusedHeaderCostsNoMoreThanItsException() throws Exception {
    // The first refusal loads classes; the second one is measured.
    for (int i = 0; i < 2; i++) {
      FrameDecoder decoder = new FrameDecoder(FrameLimits.ttrpcAndNative(), recorder);
      ByteBuffer header = Bytes.header(65_537);
      long direct = Allocation.directBuffers();
      long bytes =
          Allocation.heapBytes(
              () -> assertThrows(FrameException.class, () -> decoder.decode(header)));
      Allocation.assertDirectBuffersAtMost(direct);
      assertTrue(i == 0 || bytes < 16 * 1024, bytes + " bytes");
    }
  }

  /** F4. */
  @Test
  void aPeerThatAnnouncesMuchAndStallsPinsLittle() throws Exception {
    for (int i = 0; i < 2; i++) {
      FrameDecoder decoder = new FrameDecoder(NONE, recorder);
      ByteBuffer header = Bytes.header(0x00ff_ffff);
      ByteBuffer some = ByteBuffer.allocate(100);
      long direct = Allocation.directBuffers();
      int lent = BufferPool.shared().outstanding();
      assertEquals(0, Allocation.heapBytes(() -> decoder.decode(header)) / 1024);
      long bytes = Allocation.heapBytes(() -> decoder.decode(some));
      assertTrue(i == 0 || bytes < 8 * 1024, bytes + " bytes");
      Allocation.assertDirectBuffersAtMost(direct);
      assertEquals(lent, BufferPool.shared().outstanding());
      decoder.release();
    }
  }

  @Test
  void aLargeFrameThatComesInPiecesIsGatheredWhereTheListenerSays() throws FrameException {
    int lent = BufferPool.shared().outstanding();
    ByteBuffer target = ByteBuffer.allocate(50_000);
    List<ByteBuffer> got = new ArrayList<>();
    FrameListener listener =
        new FrameListener() {
          @Override
          public void onFrame(int streamId, int type, int flags, ByteBuffer data) {
            got.add(data);
          }

          @Override
          public ByteBuffer gatherInto(
              int streamId, int type, int flags, int length, ByteBuffer begin) {
            assertEquals(List.of(9, 0x43, 2, 50_000), List.of(streamId, type, flags, length));
            assertEquals(10_000, begin.remaining());
            assertEquals(1, begin.get(begin.position()));
            return target;
          }
        };
    FrameDecoder decoder = new FrameDecoder(NONE, listener);
    ByteBuffer frame = ByteBuffer.allocate(FrameHeader.BYTES + 50_000);
    FrameHeader.put(frame, 50_000, 9, 0x43, 2);
    frame.put(FrameHeader.BYTES, (byte) 1).put(frame.limit() - 1, (byte) 2);
    decoder.decode(frame.slice(0, FrameHeader.BYTES + 10_000));
    decoder.decode(frame.slice(FrameHeader.BYTES + 10_000, 20_000));
    assertEquals(lent, BufferPool.shared().outstanding());
    assertEquals(0, got.size());
    decoder.decode(frame.slice(FrameHeader.BYTES + 30_000, 20_000));
    assertSame(target, got.get(0));
    assertEquals(50_000, target.limit());
    assertEquals(1, target.get(0));
    assertEquals(2, target.get(49_999));
  }

  /** F5. */
  @Test
  void everyTypeWithEveryFlagsPassesUnchanged() throws FrameException {
    FrameDecoder decoder = new FrameDecoder(NONE, recorder);
    ByteBuffer frame = ByteBuffer.allocate(FrameHeader.BYTES + 1);
    for (int type = 0; type < 256; type++) {
      for (int flags = 0; flags < 256; flags++) {
        frame.clear();
        FrameHeader.put(frame, 1, type << 8 | flags, type, flags);
        frame.put((byte) flags).flip();
        decoder.decode(frame);
        assertEquals(Frame.of(type << 8 | flags, type, flags, (byte) flags), last());
      }
    }
    assertEquals(65_536, recorder.frames.size());
  }

  @Test
  void framesAreDeliveredWhereTheyLie() throws FrameException {
    ByteBuffer stream = ByteBuffer.wrap(Layout.TTRPC.stream());
    List<ByteBuffer> seen = new ArrayList<>();
    new FrameDecoder(NONE, (id, type, flags, data) -> seen.add(data)).decode(stream);
    assertEquals(3, seen.size());
    seen.forEach(data -> assertSame(stream, data));
  }

  @Test
  void whatAListenerDoesToPositionAndLimitDoesNotMoveTheNextFrame() throws FrameException {
    FrameDecoder decoder =
        new FrameDecoder(
            NONE,
            (id, type, flags, data) -> {
              recorder.onFrame(id, type, flags, data);
              data.position(0).limit(0);
            });
    decoder.decode(ByteBuffer.wrap(Layout.TTRPC.stream()));
    assertEquals(Layout.TTRPC.frames, recorder.frames);
  }

  @ParameterizedTest
  @EnumSource
  void theFirstFailureIsFinal(Layout layout) {
    IllegalStateException first = new IllegalStateException("the first reason");
    FrameCodec.Decoder decoder =
        layout.codec.decoder(
            (id, type, flags, data) -> {
              throw first;
            });
    ByteBuffer stream = ByteBuffer.wrap(layout.stream());
    int limit = stream.limit();
    assertSame(first, assertThrows(RuntimeException.class, () -> decoder.decode(stream)));
    assertEquals(limit, stream.limit());
    for (int i = 0; i < 2; i++) {
      FrameException again = assertThrows(FrameException.class, () -> decoder.decode(stream));
      assertSame(first, again.getCause());
      assertEquals(
          "the stream failed before: java.lang.IllegalStateException: the first reason",
          again.getMessage());
      assertSame(first, assertThrows(FrameException.class, decoder::end).getCause());
      decoder.release();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aListenerThatThrowsOnAGatheredFrameLeaksNothing(Layout layout) throws FrameException {
    int lent = BufferPool.shared().outstanding();
    byte[] data = Bytes.filled(60_000, 0x5a);
    Frame frame = layout == Layout.TTRPC ? Frame.of(1, 0x40, 0, data) : Frame.of(data);
    byte[] stream = layout.encoded(frame);
    Error first = new AssertionError("thrown by the listener");
    FrameCodec.Decoder decoder =
        layout.codec.decoder(
            (id, type, flags, d) -> {
              throw first;
            });
    decoder.decode(ByteBuffer.wrap(stream, 0, 50_000));
    ByteBuffer rest = ByteBuffer.wrap(stream, 50_000, stream.length - 50_000);
    assertSame(first, assertThrows(Error.class, () -> decoder.decode(rest)));
    assertEquals(lent, BufferPool.shared().outstanding());
  }

  @ParameterizedTest
  @EnumSource
  void aListenerMayReleaseTheDecoderAndStillReadItsFrame(Layout layout) throws FrameException {
    byte[] data = Bytes.filled(60_000, 0x5a);
    Frame frame = layout == Layout.TTRPC ? Frame.of(1, 0x40, 0, data) : Frame.of(data);
    byte[] two = Bytes.concat(List.of(layout.encoded(frame), layout.encoded(frame)));
    FrameCodec.Decoder[] decoder = new FrameCodec.Decoder[1];
    decoder[0] =
        layout.codec.decoder(
            (id, type, flags, d) -> {
              decoder[0].release();
              ByteBuffer stolen = BufferPool.shared().acquire();
              stolen.put(Bytes.filled(d.remaining(), 0));
              BufferPool.shared().release(stolen);
              recorder.onFrame(id, type, flags, d);
            });
    decoder[0].decode(ByteBuffer.wrap(two, 0, 50_000));
    decoder[0].decode(ByteBuffer.wrap(two, 50_000, two.length - 50_000));
    assertEquals(List.of(frame), recorder.frames);
    assertThrows(FrameException.class, () -> decoder[0].decode(ByteBuffer.wrap(two)));
    decoder[0].end();
  }

  @Test
  void aDecoderThatItsListenerCallsRefuses() {
    FrameDecoder[] decoder = new FrameDecoder[1];
    decoder[0] =
        new FrameDecoder(
            NONE,
            (id, type, flags, data) -> {
              assertThrows(IllegalStateException.class, () -> decoder[0].end());
              decoder[0].decode(data);
            });
    assertThrows(
        IllegalStateException.class,
        () -> decoder[0].decode(ByteBuffer.wrap(Layout.TTRPC.stream())));
  }

  @Test
  void aLittleEndianBufferIsRefusedUntouched() {
    ByteBuffer data = Bytes.header(0).order(ByteOrder.LITTLE_ENDIAN);
    FrameDecoder decoder = new FrameDecoder(NONE, recorder);
    assertThrows(IllegalArgumentException.class, () -> decoder.decode(data));
    assertEquals(0, data.position());
  }

  @Test
  void theEndSaysHowFarTheFrameCame() throws FrameException {
    FrameDecoder inHeader = new FrameDecoder(NONE, recorder);
    inHeader.decode(Bytes.header(5).limit(7));
    assertEquals(
        "the stream ended inside a frame, after 7 of the 10 bytes of its header",
        assertThrows(FrameException.class, inHeader::end).getMessage());
    FrameDecoder inData = new FrameDecoder(NONE, recorder);
    inData.decode(Bytes.header(5));
    inData.decode(ByteBuffer.allocate(3));
    assertEquals(
        "the stream ended inside a frame, after its header and 3 of its 5 bytes of data",
        assertThrows(FrameException.class, inData::end).getMessage());
    assertThrows(FrameException.class, () -> inData.decode(ByteBuffer.allocate(2)));
  }

  @Test
  void anEndInsideALargeFrameGivesItsBufferBack() throws FrameException {
    int lent = BufferPool.shared().outstanding();
    FrameDecoder decoder = new FrameDecoder(NONE, recorder);
    decoder.decode(Bytes.header(65_536));
    decoder.decode(ByteBuffer.allocate(50_000));
    assertThrows(FrameException.class, decoder::end);
    assertEquals(lent, BufferPool.shared().outstanding());
  }

  private Frame last() {
    return recorder.frames.get(recorder.frames.size() - 1);
  }
}
