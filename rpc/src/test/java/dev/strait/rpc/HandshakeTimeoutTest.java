package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.transport.Link;
import dev.strait.transport.TransportProvider;
import dev.strait.transport.contract.ForwardingLink;
import dev.strait.transport.contract.ForwardingProvider;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A peer that never says HELLO. */
final class HandshakeTimeoutTest {
  @RegisterExtension final Local local = Local.unix();

  @Test
  void aSilentClientIsTurnedOutWithTheReason() throws Exception {
    local.serve(b -> b.addService(new EchoService()).handshakeTimeout(50, TimeUnit.MILLISECONDS));
    ScriptedPeer peer = local.peer();

    peer.next(FrameType.HELLO);

    RawFrame goAway = peer.next(FrameType.GO_AWAY);
    assertEquals(GoAwayReason.HANDSHAKE_TIMEOUT, goAway.goAwayReason());
    assertTrue(goAway.text().contains("50 ms"), goAway::toString);
    peer.expectEnd();
  }

  @Test
  void aClientThatStopsInsideHelloIsTurnedOut() throws Exception {
    local.serve(b -> b.addService(new EchoService()).handshakeTimeout(50, TimeUnit.MILLISECONDS));
    ScriptedPeer peer = local.peer();
    peer.sendHeader(40, 0, FrameType.HELLO, 0);

    peer.next(FrameType.HELLO);

    assertEquals(GoAwayReason.HANDSHAKE_TIMEOUT, peer.next(FrameType.GO_AWAY).goAwayReason());
    peer.expectEnd();
  }

  /** H2: the time is for all of HELLO, not for each byte. */
  @Test
  void aClientThatSendsAByteASecondIsTurnedOutAfterTheWholeTime() throws Exception {
    VirtualTime time = new VirtualTime();
    AtomicInteger read = new AtomicInteger();
    Server server =
        serve(
            time,
            link ->
                new ForwardingLink(link) {
                  @Override
                  public int read(ByteBuffer target) throws IOException {
                    int n = super.read(target);
                    read.addAndGet(n);
                    return n;
                  }
                });
    ScriptedPeer peer = local.peer();
    peer.next(FrameType.HELLO);
    ByteBuffer hello = ByteBuffer.allocate(1024);
    Frames.hello(hello, Hello.of(Limits.DEFAULTS));
    for (int second = 1; second <= 5; second++) {
      assertEquals(0, IpcCounters.of(server).goAwaysSaid(), "after " + second + " bytes");
      peer.sendBytes(new byte[] {hello.get(second - 1)});
      int sent = second;
      Local.await("it was read", () -> read.get() == sent);
      time.advance(Duration.ofSeconds(1));
    }

    assertEquals(GoAwayReason.HANDSHAKE_TIMEOUT, peer.next(FrameType.GO_AWAY).goAwayReason());
    peer.expectEnd();
  }

  /**
   * Who sends may have been stopped inside the link, and sends for others what they have written.
   */
  @Test
  void aClientThatIsTurnedOutWhileAnotherThreadSendsIsToldSo() throws Exception {
    VirtualTime time = new VirtualTime();
    CountDownLatch goOn = new CountDownLatch(1);
    serve(
        time,
        link ->
            new ForwardingLink(link) {
              @Override
              public int write(ByteBuffer source) throws IOException {
                int written = super.write(source);
                Local.await(goOn);
                return written;
              }
            });
    ScriptedPeer peer = local.peer();
    peer.next(FrameType.HELLO);

    time.advance(Duration.ofSeconds(5));
    goOn.countDown();

    assertEquals(GoAwayReason.HANDSHAKE_TIMEOUT, peer.next(FrameType.GO_AWAY).goAwayReason());
    peer.expectEnd();
  }

  /** A server that gives its clients five seconds, with links as the test changes them. */
  private Server serve(VirtualTime time, UnaryOperator<Link> change) throws IOException {
    return local.serve(
        b ->
            time.drive(b.addService(new EchoService()).handshakeTimeout(5, TimeUnit.SECONDS))
                .transportProvider(
                    new ForwardingProvider(TransportProvider.builtIn()) {
                      @Override
                      protected Link accepted(Link link) {
                        return change.apply(link);
                      }
                    }));
  }

  @Test
  void aClientThatSaidHelloInTimeStays() throws Exception {
    local.serve(b -> b.addService(new EchoService()).handshakeTimeout(300, TimeUnit.MILLISECONDS));
    ManagedChannel other = local.channel();
    ScriptedPeer peer = local.greetedPeer();
    ScriptedPeer silent = local.peer();
    silent.next(FrameType.HELLO);
    silent.next(FrameType.GO_AWAY);

    peer.send(0, FrameType.PING, 0, new Data().u64(1));

    peer.next(FrameType.PING);
    EchoGrpc.newBlockingStub(other).unary(EchoRequest.getDefaultInstance());
  }

  @Test
  void aCallToASilentServerFailsWithTheEndpointAndTheReason() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel = local.channel(b -> b.connectTimeout(Duration.ofMillis(100)));

    RecordingListener<byte[]> call = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
    ScriptedPeer peer = local.closing(server.accept());

    Status status = call.awaitClose();
    assertEquals(Status.Code.UNAVAILABLE, status.getCode());
    String text = status.toString();
    assertTrue(text.contains(local.address().toString()), text);
    assertTrue(text.contains("HELLO"), text);
    peer.next(FrameType.HELLO);
    assertEquals(GoAwayReason.HANDSHAKE_TIMEOUT, peer.next(FrameType.GO_AWAY).goAwayReason());
  }
}
