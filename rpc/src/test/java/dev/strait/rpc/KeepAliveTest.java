package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Pings, what they cost in time, and idleness, on a clock that only the test moves. */
final class KeepAliveTest {
  /** A time in which something came is followed by a whole one in which nothing may come. */
  private static final Duration TWO_TIMES = Duration.ofSeconds(20);

  @RegisterExtension final Local local = Local.memory();

  private final VirtualTime time = new VirtualTime();
  private final BlockingQueue<PeerChannel> clients = new LinkedBlockingQueue<>();
  private final BlockingQueue<ServerCall<byte[], byte[]>> calls = new LinkedBlockingQueue<>();

  /** Remembers who calls, and answers when the test does. */
  private ServerServiceDefinition service() {
    return Raw.service(
        Raw.BIDI,
        (call, headers) -> {
          clients.add(PeerChannel.current());
          calls.add(call);
          return new ServerCall.Listener<>() {};
        });
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(ScriptedPeer.HANG.toSeconds(), TimeUnit.SECONDS);
    assertNotNull(next);
    return next;
  }

  @Test
  void aServerKnowsToTheNanosecondHowLongItsClientTook() throws Exception {
    local.serve(b -> time.drive(b.addService(service()).keepAliveTime(10, TimeUnit.SECONDS)));
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, "raw/Bidi", 0);

    assertTimesPings(peer, next(clients));
  }

  @Test
  void aClientKnowsToTheNanosecondHowLongItsServerTook() throws Exception {
    ScriptedPeer.Listening listening = local.listen();
    ManagedChannel channel = local.channel(b -> time.drive(b.keepAliveTime(10, TimeUnit.SECONDS)));
    ClientCall<byte[], byte[]> call = channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(new RecordingListener<>(), new Metadata());
    ScriptedPeer peer = local.closing(listening.acceptAndGreet());
    peer.next(FrameType.OPEN);
    PeerChannel server = call.getAttributes().get(IpcAttributes.PEER_CHANNEL);
    assertNotNull(server);

    assertTimesPings(peer, server);
  }

  private void assertTimesPings(ScriptedPeer peer, PeerChannel other) throws Exception {
    assertEquals(Optional.empty(), other.lastRoundTrip());
    for (Duration took : new Duration[] {Duration.ofNanos(3_000_007), Duration.ofSeconds(19)}) {
      time.advance(TWO_TIMES);
      long payload = peer.next(FrameType.PING).in().getLong();
      // Not an answer to this ping.
      peer.send(out -> Frames.ping(out, payload + 1, true));
      time.advance(took);
      peer.send(out -> Frames.ping(out, payload, true));
      Local.await(
          "it took " + took + ", not " + other.lastRoundTrip(),
          () -> other.lastRoundTrip().equals(Optional.of(took)));
      // The next time is counted from now, once the answer has been dealt with to its end.
      peer.send(out -> Frames.ping(out, 1, false));
      assertEquals(FrameType.FLAG_PONG, peer.next(FrameType.PING).flags());
    }
  }

  /** L3, the other way round. */
  @Test
  void aServerThatPingsItsClientTooOftenIsLeftWithTheReason() throws Exception {
    ScriptedPeer.Listening listening = local.listen();
    ManagedChannel channel = local.channel(time::drive);
    RecordingListener<byte[]> call = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
    ScriptedPeer peer = local.closing(listening.acceptAndGreet());
    peer.next(FrameType.OPEN);
    for (int i = 0; i < 10; i++) {
      peer.send(out -> Frames.ping(out, 1, false));
      assertEquals(FrameType.FLAG_PONG, peer.next(FrameType.PING).flags());
      time.advance(Duration.ofMillis(1));
    }

    for (int i = 0; i < 4; i++) {
      peer.send(out -> Frames.ping(out, 1, false));
    }

    RawFrame frame = peer.next();
    while (frame.type() == FrameType.PING) {
      frame = peer.next();
    }
    assertEquals(GoAwayReason.LIMIT_EXCEEDED, frame.goAwayReason());
    assertTrue(frame.text().contains("too many pings"), frame.text());
    peer.skipToEnd();
    assertEquals(Status.Code.UNAVAILABLE, call.awaitClose().getCode());
  }

  @Test
  void aConnectionOnWhichTheServerCallsIsNotIdle() throws Exception {
    local.serve(b -> time.drive(b.addService(service()).maxConnectionIdle(10, TimeUnit.SECONDS)));
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, "raw/Bidi", 0);
    RecordingListener<byte[]> call = Raw.unary(next(clients), Raw.UNARY, CallOptions.DEFAULT);
    assertEquals(2, peer.next(FrameType.OPEN).streamId());
    next(calls).close(Status.OK, new Metadata());
    assertEquals(1, peer.next(FrameType.CLOSE).streamId());

    time.advance(Duration.ofMinutes(1));

    peer.send(out -> Frames.ping(out, 1, false));
    assertEquals(FrameType.FLAG_PONG, peer.next(FrameType.PING).flags());
    peer.send(2, FrameType.CLOSE, 0, new Data().u8(10).u16(0).noMetadata());
    assertEquals(Status.Code.ABORTED, call.awaitClose().getCode());
    time.advance(TWO_TIMES);
    assertEquals(GoAwayReason.IDLE, peer.next(FrameType.GO_AWAY).goAwayReason());
  }
}
