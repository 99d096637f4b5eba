package dev.strait.framing;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Remembers the frames it was told of. */
final class Recorder implements FrameListener {
  final List<Frame> frames = new ArrayList<>();

  @Override
  public void onFrame(int streamId, int type, int flags, ByteBuffer data) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    frames.add(Frame.of(streamId, type, flags, bytes));
  }
}
