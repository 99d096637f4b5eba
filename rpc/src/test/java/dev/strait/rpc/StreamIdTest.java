package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ids of streams that are not the next ones, and the last ones. */
final class StreamIdTest {
  private static final int LAST_ODD_ID_OF_A_CALL = Integer.MAX_VALUE - 2;

  @RegisterExtension final Local local = Local.memory();

  /** S2: as {@link WireErrorTest} has it for the ids of a client. */
  @Test
  void idsOfAServerThatDoNotGrowOrAreNotItsOwnAreFatalToAClient() throws Exception {
    int[][] pairs = {{2, 2}, {4, 2}, {6, 1}, {2, 3}, {2, 0}, {2, -2}, {2, Integer.MIN_VALUE}};
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel = local.channel();
    for (int[] ids : pairs) {
      RecordingListener<byte[]> call = new RecordingListener<>();
      channel.newCall(Raw.BIDI, CallOptions.DEFAULT).start(call, new Metadata());
      ScriptedPeer peer = local.closing(server.acceptAndGreet());
      peer.next(FrameType.OPEN);

      peer.unary(ids[0], "raw/Unary");
      assertEquals(ids[0], peer.next(FrameType.CLOSE).streamId());
      peer.unary(ids[1], "raw/Unary");

      RawFrame goAway = peer.nextButWindow();
      assertEquals(GoAwayReason.PROTOCOL_ERROR, goAway.goAwayReason(), goAway::toString);
      assertEquals(ids[0], goAway.lastStreamId());
      assertTrue(goAway.text().contains("OPEN on stream"), goAway::toString);
      peer.expectEnd();
      call.awaitClose();
      call.assertClosedOnce();
    }
  }

  /** S2: an id is not free again because its call was refused or reset. */
  @Test
  void anIdThatWasRefusedIsUsedAllTheSame() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));
    ScriptedPeer peer = local.greetedPeer();
    peer.open(5, "raw/Unary", FrameType.FLAG_COMPRESSED);
    assertEquals(CancelCode.PROTOCOL_ERROR, peer.next(FrameType.CANCEL).cancelCode());

    peer.unary(5, "raw/Unary", (byte) 1);

    assertEquals(GoAwayReason.PROTOCOL_ERROR, peer.nextButWindow().goAwayReason());
  }

  /** S3: with its last ids used a connection ends its calls, and others go on a new one. */
  @Test
  void aClientThatHasUsedItsIdsGoesOnOnANewConnection() throws Exception {
    Ledger ledger = new Ledger();
    local.serve(b -> b.intercept(ledger).addService(Raw.service(Raw.BIDI, Raw.echo())));
    ManagedChannel channel =
        local.channel(b -> b.firstStreamId(LAST_ODD_ID_OF_A_CALL - 20).windows(65_536, 65_536));
    Map<Integer, RecordingListener<byte[]>> calls = new HashMap<>();
    Map<Integer, ClientCall<byte[], byte[]>> open = new HashMap<>();
    for (int i = 0; i < 30; i++) {
      RecordingListener<byte[]> listener = new RecordingListener<>();
      ClientCall<byte[], byte[]> call = channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
      call.start(listener, Ledger.number(i));
      call.request(1);
      call.sendMessage(new byte[] {(byte) i});
      listener.awaitMessages(1);
      calls.put(i, listener);
      open.put(i, call);
    }
    assertFalse(calls.values().stream().anyMatch(RecordingListener::isClosed));

    open.values().forEach(ClientCall::halfClose);

    ledger.assertAgreesWith(calls);
    for (RecordingListener<byte[]> call : calls.values()) {
      assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
    }
    assertEquals(30, ledger.completed());
  }

  /** S3: the last id is one of a call, the connection is given up with it, and nothing wraps. */
  @Test
  void afterTheLastIdTheConnectionEndsWithItsLastCall() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel = local.channel(b -> b.firstStreamId(LAST_ODD_ID_OF_A_CALL));
    RecordingListener<byte[]> last = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
    ScriptedPeer first = local.closing(server.acceptAndGreet());
    assertEquals(LAST_ODD_ID_OF_A_CALL, first.next(FrameType.OPEN).streamId());

    RecordingListener<byte[]> next = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);

    ScriptedPeer second = local.closing(server.acceptAndGreet());
    assertEquals(LAST_ODD_ID_OF_A_CALL, second.next(FrameType.OPEN).streamId());
    assertEquals(GoAwayReason.MAX_AGE, first.next(FrameType.GO_AWAY).goAwayReason());
    assertFalse(last.isClosed());
    answer(first);
    answer(second);
    assertTrue(last.awaitClose().isOk(), () -> last.status.toString());
    assertTrue(next.awaitClose().isOk(), () -> next.status.toString());
    first.expectEnd();
  }

  private static void answer(ScriptedPeer peer) {
    peer.send(
        LAST_ODD_ID_OF_A_CALL,
        FrameType.CLOSE,
        FrameType.FLAG_WITH_MESSAGE,
        new Data().u8(0).u16(0).noMetadata());
  }

  /** S3: a server takes the very last id, and none after it. */
  @Test
  void aServerTakesTheLastIdAndNoneAfterIt() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));
    ScriptedPeer peer = local.greetedPeer();

    peer.unary(Integer.MAX_VALUE, "raw/Unary", (byte) 1);
    assertEquals(0, peer.nextButWindow().statusCode());
    peer.unary(1, "raw/Unary", (byte) 1);

    RawFrame goAway = peer.nextButWindow();
    assertEquals(GoAwayReason.PROTOCOL_ERROR, goAway.goAwayReason());
    assertEquals(Integer.MAX_VALUE, goAway.lastStreamId());
  }
}
