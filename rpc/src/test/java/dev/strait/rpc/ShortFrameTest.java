package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** F2: frames whose data is shorter than their fields, of each type, cut at each byte. */
final class ShortFrameTest {
  private static final String METHOD = "raw/Bidi";
  private static final int OF_METHOD = 4 + 2 + METHOD.length();

  @RegisterExtension final Local local = Local.memory();

  /** What has fields, and how many of its first bytes the connection cannot do without. */
  enum Cut {
    OPEN(
        FrameType.OPEN,
        FrameType.FLAG_METHOD_NAME | FrameType.FLAG_TIMEOUT,
        new Data().u32(0).text(METHOD).u64(Long.MAX_VALUE).u16(0).u16(1).entry("k", new byte[3]),
        OF_METHOD),
    HEADERS(FrameType.HEADERS, 0, new Data().u16(1).entry("k", new byte[3]), 0),
    MESSAGE(FrameType.MESSAGE, FrameType.FLAG_MORE, new Data().u32(1_000), 0),
    CLOSE(
        FrameType.CLOSE,
        FrameType.FLAG_WITH_HEADERS,
        new Data().u8(0).text("why").u16(1).entry("k", new byte[3]).noMetadata(),
        0),
    CANCEL(FrameType.CANCEL, 0, new Data().u32(0).text("why"), 0),
    WINDOW_OF_A_STREAM(FrameType.WINDOW, 0, new Data().u64(1L << 40), 0),
    WINDOW_OF_THE_CONNECTION(FrameType.WINDOW, 0, new Data().u64(1L << 40)),
    PING(FrameType.PING, 0, new Data().u64(1)),
    PONG(FrameType.PING, FrameType.FLAG_PONG, new Data().u64(1)),
    GO_AWAY(FrameType.GO_AWAY, 0, new Data().u32(0).u32(0).text("why"));

    final int type;
    final int flags;
    final byte[] whole;
    final int needed;
    final boolean ofConnection;

    /** On a stream. */
    Cut(int type, int flags, Data whole, int needed) {
      this(type, flags, whole, needed, false);
    }

    /** On the connection. */
    Cut(int type, int flags, Data whole) {
      this(type, flags, whole, Integer.MAX_VALUE, true);
    }

    Cut(int type, int flags, Data whole, int needed, boolean ofConnection) {
      this.type = type;
      this.flags = flags;
      this.whole = whole.toBytes();
      this.needed = needed;
      this.ofConnection = ofConnection;
    }

    void send(ScriptedPeer peer, int streamId, int length) {
      peer.send(ofConnection ? 0 : streamId, type, flags, Arrays.copyOf(whole, length));
    }

    /** Either the stream was reset or the connection goes away, with the frame's name. */
    void assertRefused(ScriptedPeer peer, int streamId, int length) {
      RawFrame answer = peer.nextButWindow();
      String what = this + " of " + length + " bytes: " + answer;
      if (length < needed) {
        assertEquals(FrameType.GO_AWAY, answer.type(), what);
        assertEquals(GoAwayReason.PROTOCOL_ERROR, answer.goAwayReason(), what);
        peer.expectEnd();
      } else {
        assertEquals(FrameType.CANCEL, answer.type(), what);
        assertEquals(streamId, answer.streamId(), what);
        assertEquals(CancelCode.PROTOCOL_ERROR, answer.cancelCode(), what);
      }
      String text = answer.text();
      assertTrue(
          text.startsWith("malformed " + FrameType.describe(type))
              || text.startsWith("malformed metadata"),
          what);
    }
  }

  /** Its handlers take every call, and say and hear nothing. */
  private void serveSilently() throws IOException {
    ServerCallHandler<byte[], byte[]> silent =
        (call, headers) -> new ServerCall.Listener<byte[]>() {};
    local.serve(b -> b.addService(Raw.service(Raw.BIDI, silent)));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"HEADERS", "CLOSE"},
      mode = EnumSource.Mode.EXCLUDE)
  @DisplayName("F2 to a server")
  void aFrameThatIsCutShortIsRefusedByAServer(Cut cut) throws Exception {
    serveSilently();
    int streamId = cut == Cut.OPEN ? 3 : 1;
    for (int length = 0; length < cut.whole.length; length++) {
      try (ScriptedPeer peer = local.greetedPeer()) {
        peer.open(1, METHOD, 0);

        cut.send(peer, streamId, length);

        cut.assertRefused(peer, streamId, length);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("F2 to a client")
  void aFrameThatIsCutShortIsRefusedByAClient(Cut cut) throws Exception {
    ScriptedPeer.Listening server = local.listen();
    int streamId = cut == Cut.OPEN ? 2 : 1;
    for (int length = 0; length < cut.whole.length; length++) {
      ManagedChannel channel = local.channel();
      RecordingListener<byte[]> call = new RecordingListener<>();
      ClientCall<byte[], byte[]> started = channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
      started.start(call, new Metadata());
      try (ScriptedPeer peer = server.acceptAndGreet()) {
        peer.next(FrameType.OPEN);

        cut.send(peer, streamId, length);

        cut.assertRefused(peer, streamId, length);
        if (cut != Cut.OPEN && !cut.ofConnection) {
          assertEquals(Status.Code.INTERNAL, call.awaitClose().getCode());
        }
      }
      call.awaitClose();
      call.assertClosedOnce();
      channel.shutdownNow();
    }
  }

  /** What is cut above is understood when it is whole. */
  @ParameterizedTest
  @EnumSource(
      names = {"HEADERS", "CLOSE", "GO_AWAY"},
      mode = EnumSource.Mode.EXCLUDE)
  void theSameFrameIsTakenWhenItIsWhole(Cut cut) throws Exception {
    serveSilently();
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, METHOD, 0);

    cut.send(peer, cut == Cut.OPEN ? 3 : 1, cut.whole.length);
    peer.send(0, FrameType.PING, 0, new Data().u64(7));

    RawFrame answer = peer.nextButWindow();
    assertEquals(FrameType.PING, answer.type(), answer::toString);
  }
}
