package dev.strait.framing;

import dev.strait.transport.BufferPool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What decoders make of bytes. */
final class Decoding {
  private Decoding() {}

  /**
   * Whatever the bytes are, and wherever they are cut, they are the same frames, and no buffer
   * stays lent.
   */
  static void check(FrameCodec codec, byte[] bytes, int pieceBytes) {
    List<String> whole = decode(codec, bytes, Math.max(1, bytes.length));
    List<String> cut = decode(codec, bytes, pieceBytes);
    if (!whole.equals(cut)) {
      throw new AssertionError("whole: " + whole + ", in pieces of " + pieceBytes + ": " + cut);
    }
  }

  private static List<String> decode(FrameCodec codec, byte[] bytes, int pieceBytes) {
    int lent = BufferPool.shared().outstanding();
    List<String> heard = new ArrayList<>();
    FrameCodec.Decoder decoder =
        codec.decoder(
            (streamId, type, flags, data) ->
                heard.add(
                    streamId
                        + " "
                        + type
                        + " "
                        + flags
                        + " "
                        + data.remaining()
                        + " "
                        + data.hashCode()));
    try {
      for (int at = 0; at < bytes.length; at += pieceBytes) {
        decoder.decode(ByteBuffer.wrap(bytes, at, Math.min(pieceBytes, bytes.length - at)));
      }
      decoder.end();
      heard.add("ended");
    } catch (FrameException e) {
      heard.add("refused");
    } finally {
      decoder.release();
    }
    if (BufferPool.shared().outstanding() != lent) {
      throw new AssertionError("buffers are left");
    }
    return heard;
  }
}
