package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What can be seen of faults: counters, events of a flight recording, and the log. */
final class MonitorTest {
  private static final String SECRET = "secret-token-4711";

  @RegisterExtension final Local local = Local.unix();

  private final Recording recording = new Recording();
  private Queue<RecordedEvent> events;

  private void record(String... names) {
    local.closing(recording);
    for (String name : names) {
      recording.enable("dev.strait." + name);
    }
    recording.start();
  }

  /** Ends the recording. */
  private void stop() throws IOException {
    Path file = Files.createTempFile("strait", ".jfr");
    try {
      recording.stop();
      recording.dump(file);
      // As they come they are ordered by thread.
      List<RecordedEvent> all = new ArrayList<>(RecordingFile.readAllEvents(file));
      all.sort(Comparator.comparing(RecordedEvent::getStartTime));
      events = new ArrayDeque<>(all);
      events.removeIf(event -> !local.address().toString().equals(event.getString("endpoint")));
    } finally {
      Files.delete(file);
    }
  }

  /** The next event with this name of this side. */
  private RecordedEvent next(String name, boolean connecting) {
    for (RecordedEvent event = events.poll(); event != null; event = events.poll()) {
      if (event.getEventType().getName().equals("dev.strait." + name)
          && event.getBoolean("connecting") == connecting) {
        return event;
      }
    }
    throw new AssertionError("no " + name);
  }

  private static long ownUid() throws IOException {
    Path own = Files.createTempFile("strait", "");
    try {
      return ((Number) Files.getAttribute(own, "unix:uid")).longValue();
    } finally {
      Files.delete(own);
    }
  }

  @Test
  void connectsGoAwaysAndClosesAreSeenOnBothSides() throws Exception {
    record("Connect", "GoAway", "Close");
    Server server = local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));
    ManagedChannel channel = local.channel();
    Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) 1).awaitClose();
    IpcCounters open = IpcCounters.of(channel);
    assertEquals(1, open.connectionsOpen());
    assertEquals(1, open.callsMade());
    assertEquals(1, IpcCounters.of(server).callsTaken());

    server.shutdown().awaitTermination(10, TimeUnit.SECONDS);

    Local.await("the client sees it", () -> IpcCounters.of(channel).connectionsOpen() == 0);
    stop();
    RecordedEvent connect = next("Connect", false);
    assertEquals(ownUid(), connect.getLong("peerUid"));
    RecordedEvent said = next("GoAway", false);
    assertFalse(said.getBoolean("saidByPeer"));
    assertEquals("SHUTDOWN", said.getString("reason"));
    RecordedEvent close = next("Close", false);
    assertEquals(0, close.getInt("lostCalls"));
    IpcCounters client = IpcCounters.of(channel);
    assertEquals(1, client.connectionsOpened());
    assertEquals(1, client.goAwaysHeard());
    assertEquals(1, IpcCounters.of(server).goAwaysSaid());
  }

  @Test
  void whatAnAttackerRunsIntoIsSeenWithItsUidAndEscaped() throws Exception {
    record("LimitHit", "GoAway", "Close");
    Server server = local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));
    ScriptedPeer peer = local.greetedPeer();

    peer.sendHeader(1 << 20, 1, FrameType.MESSAGE, 0);
    peer.next(FrameType.GO_AWAY);

    ScriptedPeer rude = local.greetedPeer();
    rude.send(out -> Frames.goAway(out, GoAwayReason.PROTOCOL_ERROR, 0, "a\nb\u001b[31m"));
    Local.await(
        "both are over",
        () -> {
          IpcCounters seen = IpcCounters.of(server);
          return seen.connectionsOpened() == 2 && seen.connectionsOpen() == 0;
        });
    stop();
    RecordedEvent limit = next("LimitHit", false);
    assertTrue(limit.getString("limit").contains("1048576"), limit::toString);
    assertEquals(ownUid(), limit.getLong("peerUid"));
    assertEquals("FRAME_TOO_LARGE", next("GoAway", false).getString("reason"));
    assertEquals(1, IpcCounters.of(server).limitsHit());

    RecordedEvent heard = next("GoAway", false);
    assertTrue(heard.getBoolean("saidByPeer"));
    assertEquals("a\\u000ab\\u001b[31m", heard.getString("text"));
  }

  @Test
  void aHandlerThatHoldsTheReaderUpIsSeenWithItsMethod() throws Exception {
    record("SlowHandler", "RoleMoved");
    CountDownLatch finish = new CountDownLatch(1);
    Server server =
        local.serve(
            b ->
                b.directExecutor()
                    .addService(
                        Raw.service(
                            Raw.UNARY,
                            (call, headers) -> {
                              Local.await(finish);
                              call.close(Status.OK, new Metadata());
                              return new ServerCall.Listener<>() {};
                            })));
    ManagedChannel channel = local.channel();
    RecordingListener<byte[]> call = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) 1);

    Local.await("it is found out", () -> IpcCounters.of(server).rolesMoved() > 0);
    finish.countDown();
    call.awaitClose();
    stop();
    RecordedEvent slow = next("SlowHandler", false);
    assertEquals("raw/Unary on stream 1", slow.getString("call"));
    assertTrue(slow.getString("thread").startsWith("strait-reader"), slow::toString);
    assertEquals(slow.getString("thread"), next("RoleMoved", false).getString("from"));
  }

  @Test
  void whoIsTurnedAwayForWantOfAPlaceIsSeen() throws Exception {
    record("LimitHit");
    Server server =
        local.serve(b -> b.maxConnections(1).addService(Raw.service(Raw.UNARY, Raw.echo())));
    local.greetedPeer();

    Status refused = Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT).awaitClose();

    assertEquals(Status.Code.UNAVAILABLE, refused.getCode());
    assertEquals(1, IpcCounters.of(server).limitsHit());
    assertEquals(1, IpcCounters.of(server).connectionsFailed());
    stop();
    RecordedEvent limit = next("LimitHit", false);
    assertEquals("one more than 1 connections", limit.getString("limit"));
    assertEquals(Connection.UNKNOWN_UID, limit.getLong("peerUid"));
  }

  /** X9. */
  @Test
  void tokensAreInNoLogEventOrText() throws Exception {
    record("Connect", "LimitHit", "GoAway", "Close", "SlowHandler", "RoleMoved");
    CallCredentials token =
        new CallCredentials() {
          @Override
          public void applyRequestMetadata(RequestInfo info, Executor on, MetadataApplier applier) {
            Metadata headers = new Metadata();
            headers.put(Metadata.Key.of("auth", Metadata.ASCII_STRING_MARSHALLER), SECRET);
            applier.apply(headers);
          }
        };
    SeenLog log = new SeenLog();
    local.closing(log::close);
    Server server =
        local.serve(
            b ->
                b.maxInboundMetadataSize(64)
                    .addService(
                        Raw.service(
                            Raw.UNARY,
                            (call, headers) -> {
                              throw new IllegalStateException("planned");
                            })));
    ManagedChannel channel = local.channel();
    CallOptions options = CallOptions.DEFAULT.withCallCredentials(token);
    Status first = Raw.unary(channel, Raw.UNARY, options, (byte) 1).awaitClose();
    ScriptedPeer peer = local.greetedPeer();
    byte[] larger = SECRET.repeat(9).getBytes(StandardCharsets.US_ASCII);
    peer.send(
        1,
        FrameType.OPEN,
        FrameType.FLAG_METHOD_NAME,
        new Data().u32(0).text("raw/Unary").u16(0).u16(1).entry("auth", larger));
    RawFrame refused = peer.next(FrameType.CANCEL);
    assertEquals(CancelCode.LIMIT_EXCEEDED, refused.cancelCode());
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    stop();
    assertTrue(
        events.stream().anyMatch(event -> event.getEventType().getName().endsWith("LimitHit")));
    StringBuilder seen = new StringBuilder();
    seen.append(refused.text())
        .append(first)
        .append(channel)
        .append(server)
        .append(IpcCounters.of(channel));
    events.forEach(seen::append);
    log.lines.forEach(seen::append);
    assertTrue(seen.indexOf("strait") >= 0);
    assertFalse(seen.indexOf(SECRET) >= 0, seen::toString);
  }

  /** What else a peer says may get into the log: of a call that nobody waits for any more. */
  @Test
  void whatAPeerSaysOfAOneWayCallIsEscapedInTheLog() throws Exception {
    SeenLog log = new SeenLog();
    local.closing(log::close);
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel = local.channel();
    String rude = "a\nb\u001b[31m";
    for (int i = 0; i < 2; i++) {
      OneWay.futureCall(channel, Raw.UNARY, CallOptions.DEFAULT, new byte[1]);
    }
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    int first = peer.next(FrameType.OPEN).streamId();
    int second = peer.next(FrameType.OPEN).streamId();

    peer.send(first, FrameType.CLOSE, 0, new Data().u8(13).text(rude).noMetadata());
    peer.send(out -> Frames.cancel(out, second, CancelCode.INTERNAL_ERROR, rude));

    Local.await("both were told", () -> log.failed().size() == 2);
    for (String line : log.failed()) {
      assertTrue(line.contains("a\\u000ab\\u001b[31m"), line);
      assertFalse(line.contains("\u001b"), line);
    }
  }

  @Test
  void peersCannotFillTheLog() throws Exception {
    SeenLog log = new SeenLog();
    local.closing(log::close);
    VirtualTime time = new VirtualTime();
    Server server = local.serve(b -> time.drive(b.addService(Raw.service(Raw.UNARY, Raw.echo()))));
    for (int i = 0; i < 20; i++) {
      int ended = i;
      ScriptedPeer peer = local.greetedPeer();
      peer.sendHeader(1 << 20, 1, FrameType.MESSAGE, 0);
      peer.next(FrameType.GO_AWAY);
      if (i == 18) {
        Local.await("all were seen", () -> IpcCounters.of(server).goAwaysSaid() > ended);
        time.advance(Duration.ofSeconds(1));
      }
    }
    Local.await("all were seen", () -> IpcCounters.of(server).goAwaysSaid() == 20);

    List<String> told =
        log.lines.stream().filter(line -> line.startsWith("INFO: the connection at")).toList();
    assertEquals(2, told.size(), told::toString);
    assertTrue(told.get(1).contains("and 18 before that were not told"), told::toString);
    assertTrue(told.get(0).contains("with uid=" + ownUid()), told::toString);
  }

  @Test
  void onlyStraitsOwnAreCounted() {
    ManagedChannel other = ManagedChannelBuilder.forTarget("dns:///localhost:1").build();
    local.closing(other::shutdownNow);

    assertThrows(IllegalArgumentException.class, () -> IpcCounters.of(other));
  }

  /** All that Strait logs, however unimportant. */
  private static final class SeenLog extends Handler {
    final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Logger logger = Logger.getLogger("dev.strait");

    /** Of calls that failed. */
    List<String> failed() {
      return lines.stream().filter(line -> line.contains(" failed: ")).toList();
    }

    SeenLog() {
      logger.setLevel(Level.ALL);
      logger.addHandler(this);
    }

    @Override
    public void publish(LogRecord entry) {
      lines.add(entry.getLevel() + ": " + entry.getMessage() + ": " + entry.getThrown());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
      logger.setLevel(null);
    }
  }
}
