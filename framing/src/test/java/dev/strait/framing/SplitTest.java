package dev.strait.framing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.strait.transport.BufferPool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However the bytes of a stream are cut, the frames are the same. */
@ExtendWith(NoLeakedBuffers.class)
class SplitTest {
  /** F3. */
  @ParameterizedTest
  @EnumSource
  void everyPairOfCutsGivesTheSameFrames(Layout layout) throws FrameException {
    byte[] stream = layout.stream();
    for (int first = 0; first <= stream.length; first++) {
      for (int second = first; second <= stream.length; second++) {
        Recorder recorder = new Recorder();
        FrameCodec.Decoder decoder = layout.codec.decoder(recorder);
        decodeChunk(decoder, stream, 0, first);
        decodeChunk(decoder, stream, first, second);
        decodeChunk(decoder, stream, second, stream.length);
        decoder.end();
        assertEquals(layout.frames, recorder.frames, "cut at " + first + " and " + second);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneByteAtATimeGivesTheSameFrames(Layout layout) throws FrameException {
    byte[] stream = layout.stream();
    Recorder recorder = new Recorder();
    FrameCodec.Decoder decoder = layout.codec.decoder(recorder);
    for (int i = 0; i < stream.length; i++) {
      decodeChunk(decoder, stream, i, i + 1);
    }
    decoder.end();
    assertEquals(layout.frames, recorder.frames);
  }

  @ParameterizedTest
  @EnumSource
  void aFrameIsDeliveredWithItsLastByteAndNoSooner(Layout layout) throws FrameException {
    byte[] stream = layout.stream();
    Recorder recorder = new Recorder();
    FrameCodec.Decoder decoder = layout.codec.decoder(recorder);
    List<Integer> ends = frameEnds(layout);
    for (int i = 0; i < stream.length; i++) {
      decodeChunk(decoder, stream, i, i + 1);
      int sent = i + 1;
      assertEquals(ends.stream().filter(end -> end <= sent).count(), recorder.frames.size());
    }
  }

  /** F9. */
  @ParameterizedTest
  @EnumSource
  void anEndInsideAFrameIsAnErrorAndOneBetweenFramesIsNot(Layout layout) throws FrameException {
    byte[] stream = layout.stream();
    List<Integer> ends = frameEnds(layout);
    for (int cut = 0; cut <= stream.length; cut++) {
      FrameCodec.Decoder decoder = layout.codec.decoder(new Recorder());
      decodeChunk(decoder, stream, 0, cut);
      if (cut == 0 || ends.contains(cut)) {
        decoder.end();
      } else {
        assertThrows(FrameException.class, decoder::end, "cut at " + cut);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void largeFramesComeWholeThroughEveryKindOfGatheringBuffer(Layout layout) throws FrameException {
    FrameCodec codec = layout.codec;
    for (int length : new int[] {4095, 4096, 4097, 65_536, 131_072, 131_073, 1 << 20}) {
      Frame frame =
          layout == Layout.TTRPC
              ? Frame.of(7, 0x03, 4, Bytes.filled(length, 0x5a))
              : Frame.of(Bytes.filled(length, 0x5a));
      byte[] stream = Bytes.concat(List.of(layout.encoded(frame), layout.encoded(frame)));
      for (int chunk : new int[] {977, 4096, 65_537, BufferPool.BUFFER_BYTES}) {
        Recorder recorder = new Recorder();
        FrameCodec.Decoder decoder = codec.decoder(recorder);
        for (int at = 0; at < stream.length; at += chunk) {
          decodeChunk(decoder, stream, at, Math.min(at + chunk, stream.length));
        }
        decoder.end();
        assertEquals(List.of(frame, frame), recorder.frames, length + " bytes by " + chunk);
      }
    }
  }

  @Test
  void theLimitsAreAskedOncePerFrameHoweverItIsCut() throws FrameException {
    byte[] stream = Layout.TTRPC.stream();
    for (int cut = 0; cut <= stream.length; cut++) {
      List<Long> asked = new ArrayList<>();
      FrameDecoder decoder =
          new FrameDecoder((id, type, flags, length) -> asked.add(length), new Recorder());
      decodeChunk(decoder, stream, 0, cut);
      decodeChunk(decoder, stream, cut, stream.length);
      assertEquals(List.of(5L, 0L, 20L), asked, "cut at " + cut);
    }
  }

  private static List<Integer> frameEnds(Layout layout) {
    List<Integer> ends = new ArrayList<>();
    int end = 0;
    for (Frame frame : layout.frames) {
      end += layout.encoded(frame).length;
      ends.add(end);
    }
    return ends;
  }

  private static void decodeChunk(FrameCodec.Decoder decoder, byte[] stream, int from, int to)
      throws FrameException {
    ByteBuffer chunk = ByteBuffer.wrap(stream, from, to - from);
    decoder.decode(chunk);
    assertEquals(to, chunk.position());
    assertEquals(to, chunk.limit());
  }
}
