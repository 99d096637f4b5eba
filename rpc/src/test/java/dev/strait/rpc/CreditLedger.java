package dev.strait.rpc;

import dev.strait.framing.FrameHeader;
import dev.strait.transport.Link;
import dev.strait.transport.TransportProvider;
import dev.strait.transport.contract.ForwardingLink;
import dev.strait.transport.contract.ForwardingProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sees what each side of each connection reads and writes, and adds up for itself what messages
 * cost. Held for each: a WINDOW frame never grants more than a window beyond what has come, nor
 * less than the one before. So credit is never given back twice, after which more could be unread
 * than a window (G4); whether it was read before its credit went back is not seen here. For
 * simulations, where one thread runs at a time.
 */
final class CreditLedger extends ForwardingProvider {
  private final long streamWindow;
  private final long connectionWindow;
  private @Nullable String violation;

  CreditLedger(TransportProvider inner, long streamWindow, long connectionWindow) {
    super(inner);
    this.streamWindow = streamWindow;
    this.connectionWindow = connectionWindow;
  }

  /** The first grant that was wrong; null if none was. */
  @Nullable String violation() {
    return violation;
  }

  @Override
  protected Link connected(Link link) {
    return new Side(link);
  }

  @Override
  protected Link accepted(Link link) {
    return new Side(link);
  }

  /** One side of a connection. Stream 0 is the connection as a whole. */
  private final class Side extends ForwardingLink {
    private final Map<Integer, Long> came = new HashMap<>();
    private final Map<Integer, Long> granted = new HashMap<>();
    private final FrameFollower in = new FrameFollower(this::came);
    private final FrameFollower out = new FrameFollower(this::went);

    Side(Link inner) {
      super(inner);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      int at = target.position();
      int bytes = super.read(target);
      if (bytes > 0) {
        in.follow(target.duplicate().position(at).limit(at + bytes));
      }
      return bytes;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int at = source.position();
      int bytes = super.write(source);
      out.follow(source.duplicate().position(at).limit(at + bytes));
      return bytes;
    }

    private void came(int streamId, int type, int flags, int length, long begin) {
      long cost = FrameType.cost(type, flags, length);
      came.merge(streamId, cost, Long::sum);
      came.merge(0, cost, Long::sum);
    }

    private void went(int streamId, int type, int flags, int length, long begin) {
      if (type != FrameType.WINDOW) {
        return;
      }
      long window = streamId == 0 ? connectionWindow : streamWindow;
      long most = window + came.getOrDefault(streamId, 0L);
      long before = granted.getOrDefault(streamId, window);
      granted.put(streamId, begin);
      if ((begin < before || begin > most) && violation == null) {
        violation =
            "stream "
                + streamId
                + " was granted "
                + begin
                + ", after "
                + before
                + ", at most "
                + most;
      }
    }
  }

  /** What is told of a frame; {@code begin} is how its data begins, if they are eight bytes. */
  private interface Listener {
    void onFrame(int streamId, int type, int flags, int length, long begin);
  }

  /** Finds the frames of a stream of bytes. */
  private static final class FrameFollower {
    private final Listener listener;
    private final ByteBuffer held = ByteBuffer.allocate(FrameHeader.BYTES + Long.BYTES);
    private int skip;

    FrameFollower(Listener listener) {
      this.listener = listener;
    }

    void follow(ByteBuffer bytes) {
      while (bytes.hasRemaining()) {
        if (skip > 0) {
          int skipped = Math.min(skip, bytes.remaining());
          bytes.position(bytes.position() + skipped);
          skip -= skipped;
        } else {
          held.put(bytes.get());
          tellIfWhole();
        }
      }
    }

    private void tellIfWhole() {
      if (held.position() < FrameHeader.BYTES) {
        return;
      }
      int length = held.getInt(0);
      boolean small = length == Long.BYTES;
      if (small && held.hasRemaining()) {
        return;
      }
      listener.onFrame(
          held.getInt(4), held.get(8), held.get(9), length, small ? held.getLong(10) : 0);
      skip = small ? 0 : length;
      held.clear();
    }
  }
}
