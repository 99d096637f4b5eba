package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.transport.contract.TestThread;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client that opens and ends streams as fast as it can: no more handlers run at any instant than
 * may (G2), and a client beside it is served.
 */
final class StreamFloodTest {
  private static final int MAX_RUNNING = 8;
  private static final int MAX_WAITING = 16;
  private static final int CONNECTION_WINDOW = 1 << 18;
  private static final String BIDI = "raw/Bidi";

  @RegisterExtension final Local local = Local.unix();

  private final Ledger ledger = new Ledger();
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicInteger served = new AtomicInteger();
  private ManagedChannel bystander;
  private TestThread beside;
  private int calls;

  @BeforeEach
  void serve() throws Exception {
    ExecutorService handlers = Executors.newFixedThreadPool(4 * MAX_RUNNING);
    local.closing(handlers::shutdownNow);
    local.serve(
        b ->
            b.executor(handlers)
                .maxRunningHandlers(MAX_RUNNING, MAX_WAITING)
                .windows(CONNECTION_WINDOW, CONNECTION_WINDOW)
                .addService(new EchoService())
                .addService(
                    ServerInterceptors.intercept(
                        ServerServiceDefinition.builder("raw")
                            .addMethod(Raw.BIDI, StreamFloodTest::begin)
                            .build(),
                        ledger)));
    bystander = local.channel();
    assertBystanderIsServed();
    beside =
        TestThread.run(
            () -> {
              while (!over.get()) {
                assertBystanderIsServed();
                served.incrementAndGet();
              }
            });
  }

  /** Runs until it is cancelled, and a while after that: a cancel does not stop a handler. */
  private static ServerCall.Listener<byte[]> begin(
      ServerCall<byte[], byte[]> call, Metadata headers) {
    call.request(1);
    return new ServerCall.Listener<>() {
      @Override
      public void onCancel() {
        for (int spin = 0; spin < 1_000; spin++) {
          Thread.onSpinWait();
        }
      }
    };
  }

  @AfterEach
  void noPlaceIsLostAndTheBystanderWasServed() throws Exception {
    int before = served.get();
    Local.await("the bystander is served", () -> served.get() > before || !beside.isAlive());
    over.set(true);
    beside.finish();
    ledger.awaitEachEndedOnce();
    Local.await("a handler counts for ever", () -> ledger.running() == 0);
    assertTrue(
        ledger.mostRunning() <= MAX_RUNNING,
        () -> ledger.mostRunning() + " handlers ran at once, more than " + MAX_RUNNING);
    assertEquals(MAX_RUNNING, ledger.mostRunning(), "the limit was never reached");
  }

  private void assertBystanderIsServed() {
    assertEquals(
        "still here",
        EchoGrpc.newBlockingStub(bystander)
            .withDeadlineAfter(15, TimeUnit.SECONDS)
            .unary(EchoRequest.newBuilder().setText("still here").build())
            .getText());
  }

  /** S5, G2: rapid reset. */
  @Test
  void streamsThatAreOpenedAndCancelledRunNoMoreHandlersThanMay() throws Exception {
    rapidReset(10_000);
  }

  @Test
  @Tag("nightly")
  void aMillionStreamsThatAreOpenedAndCancelledRunNoMoreHandlersThanMay() throws Exception {
    rapidReset(1_000_000);
  }

  private void rapidReset(int streams) throws Exception {
    ScriptedPeer peer = local.greetedPeer();
    int held = fillAllPlaces(peer);
    for (int i = 0; i < streams; i++) {
      int id = held + 2 + 2 * i;
      open(peer, id);
      peer.send(out -> Frames.cancel(out, id, CancelCode.CANCELLED, ""));
      if (i == streams / 2) {
        freeAllPlaces(peer, held);
      }
    }
    peer.disconnect();
  }

  /** S6, G2: the server resets them, because each breaks the protocol. */
  @Test
  void streamsThatTheServerResetsRunNoMoreHandlersThanMay() throws Exception {
    ScriptedPeer peer = local.greetedPeer();
    int held = fillAllPlaces(peer);
    int streams = 10_000;
    int resets = 0;
    for (int i = 0; i < streams; i++) {
      int id = held + 2 + 2 * i;
      open(peer, id);
      // Only the side that accepted a call may say this.
      peer.send(id, FrameType.HEADERS, 0, new Data().noMetadata());
      if (i == streams / 2) {
        freeAllPlaces(peer, held);
      }
      if (i % 100 == 99) {
        resets = takeResets(peer, id);
      }
    }
    assertEquals(held + 2 * streams, resets, "the last stream that was reset");
    peer.disconnect();
  }

  private static int takeResets(ScriptedPeer peer, int lastId) {
    RawFrame frame = peer.nextButWindow();
    while (frame.streamId() != lastId) {
      frame = peer.nextButWindow();
    }
    CancelCode code = frame.cancelCode();
    assertTrue(
        code == CancelCode.PROTOCOL_ERROR || code == CancelCode.LIMIT_EXCEEDED, frame::toString);
    return lastId;
  }

  private void open(ScriptedPeer peer, int id) {
    peer.send(
        id,
        FrameType.OPEN,
        FrameType.FLAG_METHOD_NAME,
        new Data()
            .u32(0)
            .text(BIDI)
            .u16(0)
            .u16(1)
            .entry("call", Integer.toString(calls++).getBytes(StandardCharsets.US_ASCII)));
  }

  /** Handlers that stay; the last id. */
  private int fillAllPlaces(ScriptedPeer peer) throws InterruptedException {
    for (int i = 0; i < MAX_RUNNING; i++) {
      open(peer, 1 + 2 * i);
    }
    Local.await("all places are taken", () -> ledger.running() == MAX_RUNNING);
    return 2 * MAX_RUNNING - 1;
  }

  private static void freeAllPlaces(ScriptedPeer peer, int lastId) {
    for (int id = 1; id <= lastId; id += 2) {
      int held = id;
      peer.send(out -> Frames.cancel(out, held, CancelCode.CANCELLED, ""));
    }
  }

  /** S4: whatever comes for a stream that is over is dropped, and its credit goes back. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void framesOfClosedStreamsCostNothingThatStays(boolean cancelled) throws Exception {
    ScriptedPeer peer = local.greetedPeer();
    int held = fillAllPlaces(peer);
    freeAllPlaces(peer, held);
    int id = held + 2;
    if (cancelled) {
      open(peer, id);
      peer.send(out -> Frames.cancel(out, id, CancelCode.CANCELLED, ""));
    } else {
      peer.unary(id, "raw/Nothing");
      assertEquals(12, nextClose(peer).statusCode());
    }
    byte[] message = new byte[32 * 1024];
    long limit = CONNECTION_WINDOW;
    long sent = 0;

    // Eight windows full, which only goes if what was dropped is paid back.
    while (sent < 8 * CONNECTION_WINDOW) {
      int cost = message.length + Limits.MESSAGE_OVERHEAD_BYTES;
      while (limit - sent < cost) {
        RawFrame frame = peer.next(FrameType.WINDOW);
        assertEquals(0, frame.streamId(), "a stream that is over gets no credit");
        limit = frame.in().getLong();
      }
      peer.send(id, FrameType.MESSAGE, 0, Data.of(message));
      peer.send(id, FrameType.HEADERS, 0, new Data().noMetadata());
      peer.send(out -> Frames.window(out, id, 5));
      sent += cost;
    }

    peer.unary(id + 2, "raw/Nothing");
    assertEquals(id + 2, nextClose(peer).streamId());
  }

  private static RawFrame nextClose(ScriptedPeer peer) {
    RawFrame frame = peer.nextButWindow();
    assertEquals(FrameType.CLOSE, frame.type(), frame::toString);
    return frame;
  }
}
