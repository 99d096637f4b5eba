package dev.strait.framing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.BufferPool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeakedBuffers.class)
class FuzzTest {
  private static final long SEED = 0x57_2a_17;
  private static final int ROUNDS = 3_000;

  @ParameterizedTest
  @EnumSource
  void randomBytesRaiseOnlyFrameException(Layout layout) {
    Random random = new Random(SEED);
    int lent = BufferPool.shared().outstanding();
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Recorder recorder = new Recorder();
      FrameCodec.Decoder decoder = layout.codec.decoder(recorder);
      try {
        for (int chunk = 0; chunk < 8; chunk++) {
          decoder.decode(ByteBuffer.wrap(randomBytes(random)));
        }
        decoder.end();
      } catch (FrameException e) {
        refused++;
      }
      decoder.release();
      assertEquals(lent, BufferPool.shared().outstanding());
    }
    assertTrue(refused > 0, "nothing was refused in " + ROUNDS + " rounds");
  }

  @ParameterizedTest
  @EnumSource
  void randomFramesCutAtRandomComeAsTheyWereSent(Layout layout) throws FrameException {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS / 10; round++) {
      List<Frame> frames = new ArrayList<>();
      for (int i = random.nextInt(10); i >= 0; i--) {
        frames.add(randomFrame(random, layout));
      }
      byte[] stream = Bytes.concat(frames.stream().map(layout::encoded).toList());
      Recorder recorder = new Recorder();
      FrameCodec.Decoder decoder = layout.codec.decoder(recorder);
      int at = 0;
      while (at < stream.length) {
        int bytes = Math.min(stream.length - at, 1 + random.nextInt(1 << random.nextInt(15)));
        decoder.decode(ByteBuffer.wrap(stream, at, bytes));
        at += bytes;
      }
      decoder.end();
      assertEquals(frames, recorder.frames, "round " + round);
    }
  }

  /** Mostly small bytes, so that lengths are often possible ones. */
  private static byte[] randomBytes(Random random) {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    int zeroes = random.nextInt(10);
    for (int i = 0; i < bytes.length; i++) {
      if (random.nextInt(10) < zeroes) {
        bytes[i] = 0;
      }
    }
    return bytes;
  }

  private static Frame randomFrame(Random random, Layout layout) {
    byte[] data = new byte[random.nextInt(1 << random.nextInt(15))];
    random.nextBytes(data);
    if (layout == Layout.TTRPC) {
      return Frame.of(random.nextInt(), random.nextInt(256), random.nextInt(256), data);
    }
    if (layout != Layout.LENGTH_PREFIXED) {
      for (int i = 0; i < data.length; i++) {
        data[i] = (byte) (data[i] | 0x10);
      }
    }
    return Frame.of(data);
  }
}
