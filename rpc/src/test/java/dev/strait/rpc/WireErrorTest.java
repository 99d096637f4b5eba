package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoRequest;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a server answers to a client that breaks the protocol: one stream or one connection ends,
 * with a reason, and a client beside it notices nothing.
 */
abstract class WireErrorTest {
  private static final String UNARY = "raw/Unary";
  private static final String BIDI = "raw/Bidi";
  private static final int MAX_MESSAGE = 100_000;
  private static final int MAX_METADATA = 1_000;
  private static final int STREAM_WINDOW = 2_048;
  private static final int CONNECTION_WINDOW = 8_192;

  @RegisterExtension final Local local = local();

  private ManagedChannel bystander;

  abstract Local local();

  private Server server;

  @BeforeEach
  void serve() throws IOException {
    server =
        local.serve(
            builder ->
                builder
                    .addService(new EchoService())
                    .addService(
                        io.grpc.ServerServiceDefinition.builder("raw")
                            .addMethod(Raw.UNARY, Raw.echo())
                            .addMethod(Raw.BIDI, silent())
                            .build())
                    .maxInboundMessageSize(MAX_MESSAGE)
                    .maxInboundMetadataSize(MAX_METADATA)
                    .windows(STREAM_WINDOW, CONNECTION_WINDOW));
    bystander = local.channel();
    assertBystanderIsServed();
  }

  @AfterEach
  void theBystanderIsNotDisturbed() {
    assertBystanderIsServed();
    assertEquals(io.grpc.ConnectivityState.READY, bystander.getState(false));
  }

  /** A handler that takes the call and never reads a message. */
  private static io.grpc.ServerCallHandler<byte[], byte[]> silent() {
    return (call, headers) -> new io.grpc.ServerCall.Listener<>() {};
  }

  private void assertBystanderIsServed() {
    EchoRequest request = EchoRequest.newBuilder().setText("still here").build();
    assertEquals(
        "still here",
        EchoGrpc.newBlockingStub(bystander)
            .withDeadlineAfter(15, TimeUnit.SECONDS)
            .unary(request)
            .getText());
  }

  /** The connection goes away with this reason and a text that has all these parts. */
  private static RawFrame assertGoesAway(ScriptedPeer peer, GoAwayReason reason, String... parts) {
    RawFrame goAway = peer.nextButWindow();
    assertEquals(FrameType.GO_AWAY, goAway.type(), goAway::toString);
    assertEquals(0, goAway.streamId());
    assertEquals(reason, goAway.goAwayReason(), goAway::toString);
    assertTextHas(goAway, parts);
    peer.expectEnd();
    return goAway;
  }

  /** The stream is reset with this code, and the connection goes on. */
  private static void assertResets(
      ScriptedPeer peer, int streamId, CancelCode code, String... parts) {
    RawFrame cancel = peer.nextButWindow();
    assertEquals(FrameType.CANCEL, cancel.type(), cancel::toString);
    assertEquals(streamId, cancel.streamId());
    assertEquals(code, cancel.cancelCode(), cancel::toString);
    assertTextHas(cancel, parts);
  }

  private static void assertTextHas(RawFrame frame, String... parts) {
    for (String part : parts) {
      assertTrue(frame.text().contains(part), () -> "\"" + part + "\" is not in " + frame);
    }
  }

  /** The connection still serves, on a stream above {@code streamId}. */
  private static void assertStillServes(ScriptedPeer peer, int streamId) {
    peer.unary(streamId, UNARY, (byte) 7);
    RawFrame close = peer.nextButWindow();
    assertEquals(FrameType.CLOSE, close.type(), close::toString);
    assertEquals(streamId, close.streamId());
    assertEquals(0, close.statusCode());
  }

  // The first bytes.

  /** H4. */
  @Test
  void aHelloWithAnotherMagicIsRefusedWithBothMagics() throws IOException {
    ScriptedPeer peer = local.peer();

    peer.send(out -> Frames.hello(out, hello(0x12345678, 1, 1)));

    peer.next(FrameType.HELLO);
    assertGoesAway(peer, GoAwayReason.VERSION_MISMATCH, "0x12345678", "0x53545254");
  }

  /** H4. */
  @Test
  void aHelloOfAnotherVersionIsRefusedWithBothSidesVersions() throws IOException {
    ScriptedPeer peer = local.peer();

    peer.send(out -> Frames.hello(out, hello(Hello.MAGIC, 7, 9)));

    peer.next(FrameType.HELLO);
    assertGoesAway(peer, GoAwayReason.VERSION_MISMATCH, "scripted", "7 to 9", "1 to 1");
  }

  @Test
  void aHelloWithAVersionRangeThatHasOursIsAccepted() throws IOException {
    ScriptedPeer peer = local.peer();

    peer.send(out -> Frames.hello(out, hello(Hello.MAGIC, 0, 9)));

    peer.next(FrameType.HELLO);
    assertStillServes(peer, 1);
  }

  @Test
  void aHelloThatIsNoProtobufIsRefused() throws IOException {
    ScriptedPeer peer = local.peer();

    peer.send(0, FrameType.HELLO, 0, Data.of((byte) 0x0d, (byte) 1));

    peer.next(FrameType.HELLO);
    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "malformed HELLO");
  }

  @Test
  void windowsTooSmallForAnyCallAreRefused() throws IOException {
    ScriptedPeer peer = local.peer();

    peer.send(out -> Frames.hello(out, Hello.of(Limits.DEFAULTS.withWindows(10, 20))));

    peer.next(FrameType.HELLO);
    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "10", "20", "1024");
  }

  /** H5. */
  @Test
  void aCallBeforeHelloIsRefused() throws IOException {
    ScriptedPeer peer = local.peer();

    peer.unary(1, UNARY);

    peer.next(FrameType.HELLO);
    RawFrame goAway =
        assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "expected HELLO", "OPEN", "stream 1");
    assertEquals(0, goAway.lastStreamId());
  }

  @Test
  void aGoAwayInPlaceOfHelloEndsTheConnection() throws IOException {
    ScriptedPeer peer = local.closing(ScriptedPeer.connect(local.address()));

    peer.send(out -> Frames.goAway(out, GoAwayReason.LIMIT_EXCEEDED, 0, "no place"));

    peer.next(FrameType.HELLO);
    peer.expectEnd();
    assertStillServes(local.greetedPeer(), 1);
  }

  @Test
  void nothingIsTakenAfterAGoAwayInPlaceOfHello() throws IOException {
    ScriptedPeer peer = local.closing(ScriptedPeer.connect(local.address()));
    long before = IpcCounters.of(server).callsTaken();
    ByteBuffer greeting = ByteBuffer.allocate(2048);
    Frames.goAway(greeting, GoAwayReason.LIMIT_EXCEEDED, 0, "no place");
    Frames.hello(greeting, Hello.of(Limits.DEFAULTS));
    byte[] call =
        ScriptedPeer.frame(
            1,
            FrameType.OPEN,
            FrameType.FLAG_METHOD_NAME | FrameType.FLAG_WITH_MESSAGE | FrameType.FLAG_END,
            method().u16(0).noMetadata().toBytes());
    greeting.put(call);

    peer.sendBytes(Arrays.copyOf(greeting.array(), greeting.position()));

    peer.skipToEnd();
    assertEquals(before, IpcCounters.of(server).callsTaken());
  }

  @Test
  void aGoAwayBeforeHelloIsHeldToItsText() throws IOException {
    ScriptedPeer peer = local.closing(ScriptedPeer.connect(local.address()));

    peer.sendHeader(Frames.MAX_GO_AWAY_BYTES + 1, 0, FrameType.GO_AWAY, 0);

    peer.next(FrameType.HELLO);
    assertGoesAway(peer, GoAwayReason.FRAME_TOO_LARGE, "1035", "1034");
  }

  /** H5. */
  @Test
  void aSecondHelloIsRefused() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.send(out -> Frames.hello(out, hello(Hello.MAGIC, 1, 1)));

    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "second HELLO");
  }

  @Test
  void thePrefaceOfHttp2IsNamed() throws IOException {
    ScriptedPeer peer = local.peer();

    peer.sendBytes(new Data().ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").toBytes());

    peer.next(FrameType.HELLO);
    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "HTTP/2");
  }

  @Test
  void aMessageOfJsonRpcIsNamed() throws IOException {
    ScriptedPeer peer = local.peer();

    peer.sendBytes(
        new Data().ascii("\0\0\0\61{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\"}").toBytes());

    peer.next(FrameType.HELLO);
    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "JSON-RPC");
  }

  @Test
  void aRequestOfTtrpcIsNamed() throws IOException {
    ScriptedPeer peer = local.peer();

    peer.send(1, 0x01, 0, new Data().ascii("\n\1s\22\1m\32\1p"));

    peer.next(FrameType.HELLO);
    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "ttrpc");
  }

  /** F4. */
  @Test
  void aHelloOverItsLimitIsRefusedAtTheHeader() throws IOException {
    ScriptedPeer peer = local.peer();

    peer.sendHeader(1025, 0, FrameType.HELLO, 0);

    peer.next(FrameType.HELLO);
    assertGoesAway(peer, GoAwayReason.FRAME_TOO_LARGE, "1025", "1024");
  }

  // Frames that make no sense.

  /** F1. */
  @Test
  void aFrameOverTheLimitIsRefusedAtTheHeader() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.sendHeader(65_537, 1, FrameType.OPEN, 0);

    assertGoesAway(peer, GoAwayReason.FRAME_TOO_LARGE, "OPEN", "65537", "65536");
  }

  @Test
  void aFrameWithALengthBeyondTheFieldIsRefusedAtTheHeader() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.sendHeader(0x7fff_ffff, 1, FrameType.OPEN, 0);

    assertGoesAway(peer, GoAwayReason.FRAME_TOO_LARGE, "2147483647", "65536");
  }

  @Test
  void anUnknownTypeOutsideTheIgnoredRangeIsFatal() throws IOException {
    for (int type : new int[] {0x4a, 0x50, 0x7f, 0xc0, 0xff}) {
      ScriptedPeer peer = local.greetedPeer();
      peer.send(1, type, 0, Data.of());
      assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, String.format("0x%02x", type));
    }
  }

  @Test
  void unknownTypesOfTheIgnoredRangeAreIgnored() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    for (int type : new int[] {0x80, 0x90, 0xbf}) {
      peer.send(0, type, 0xff, Data.of());
      peer.send(77, type, 0, Data.of(new byte[1000]));
    }

    assertStillServes(peer, 1);
  }

  @Test
  void aTypeOfTtrpcAfterHelloIsFatal() throws IOException {
    for (int type = 0x01; type <= 0x03; type++) {
      ScriptedPeer peer = local.greetedPeer();
      peer.send(1, type, 0, Data.of());
      assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "0x0" + type, "after HELLO");
    }
  }

  /** F5. */
  @Test
  void unknownFlagsAreFatal() throws IOException {
    int[][] typesAndFlags = {
      {FrameType.OPEN, 0x80}, {FrameType.MESSAGE, 0x20}, {FrameType.CLOSE, 0x01},
      {FrameType.CANCEL, 0x01}, {FrameType.WINDOW, 0x80}, {FrameType.HEADERS, 0x02},
    };
    for (int[] typeAndFlags : typesAndFlags) {
      ScriptedPeer peer = local.greetedPeer();
      peer.send(1, typeAndFlags[0], typeAndFlags[1], Data.of());
      assertGoesAway(
          peer,
          GoAwayReason.PROTOCOL_ERROR,
          FrameType.describe(typeAndFlags[0]),
          String.format("0x%02x", typeAndFlags[1]));
    }
  }

  @Test
  void aFrameOnAStreamThatWasNeverOpenedIsFatal() throws IOException {
    int[] types = {FrameType.MESSAGE, FrameType.HEADERS, FrameType.CANCEL, FrameType.WINDOW};
    for (int type : types) {
      ScriptedPeer peer = local.greetedPeer();
      peer.send(9, type, 0, new Data().u64(1));
      assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "stream 9", "never opened");
    }
  }

  @Test
  void aFrameOnAStreamOfTheServersThatWasNeverOpenedIsFatal() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.send(2, FrameType.CLOSE, 0, Data.of());

    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "stream 2", "never opened");
  }

  @Test
  void framesOnAClosedStreamAreIgnored() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    assertStillServes(peer, 1);

    peer.send(1, FrameType.MESSAGE, FrameType.FLAG_END, Data.of((byte) 1));
    peer.send(out -> Frames.window(out, 1, 1 << 20));
    peer.send(out -> Frames.cancel(out, 1, CancelCode.CANCELLED, "late"));

    assertStillServes(peer, 3);
  }

  @Test
  void aMalformedFrameOnAClosedStreamIsIgnoredToo() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    assertStillServes(peer, 1);
    int[] types = {FrameType.WINDOW, FrameType.CANCEL, FrameType.CLOSE, FrameType.HEADERS};

    for (int type : types) {
      peer.send(1, type, 0, Data.of((byte) 1));
    }

    assertStillServes(peer, 3);
  }

  /** S2. */
  @Test
  void anIdOfTheOtherSideIsFatal() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.unary(2, UNARY);

    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "OPEN on stream 2", "odd");
  }

  /** S2. */
  @Test
  void idsThatDoNotGrowAreFatal() throws IOException {
    for (int second : new int[] {5, 3}) {
      ScriptedPeer peer = local.greetedPeer();
      assertStillServes(peer, 5);
      peer.unary(second, UNARY);
      RawFrame goAway =
          assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "stream " + second, "above 5");
      assertEquals(5, goAway.lastStreamId());
    }
  }

  @Test
  void aCallOnTheConnectionsOwnStreamIsFatal() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.unary(0, UNARY);

    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "OPEN on stream 0");
  }

  @Test
  void aPingOnAStreamIsFatal() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.send(1, FrameType.PING, 0, new Data().u64(1));

    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "PING on stream 1");
  }

  @Test
  void aPingIsAnsweredWithItsPayload() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.send(0, FrameType.PING, 0, new Data().u64(0x0123456789abcdefL));

    RawFrame pong = peer.next(FrameType.PING);
    assertEquals(FrameType.FLAG_PONG, pong.flags());
    assertEquals(0x0123456789abcdefL, pong.in().getLong());
  }

  @Test
  void aPongNobodyAskedForIsIgnored() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.send(0, FrameType.PING, FrameType.FLAG_PONG, new Data().u64(5));

    assertStillServes(peer, 1);
  }

  /** F7. */
  @Test
  void aFloodOfFramesThatSayNothingIsClosed() throws IOException {
    long credit = Limits.DEFAULTS.connectionWindowBytes();
    byte[] ignored = ScriptedPeer.frame(0, 0x80, 0, new byte[0]);
    byte[] noRaise = ScriptedPeer.frame(0, FrameType.WINDOW, 0, new Data().u64(credit).toBytes());
    byte[] pong =
        ScriptedPeer.frame(0, FrameType.PING, FrameType.FLAG_PONG, new Data().u64(5).toBytes());
    for (byte[] frame : new byte[][] {ignored, noRaise, pong}) {
      ScriptedPeer peer = local.greetedPeer();
      sendOften(peer, frame, 1000);
      assertStillServes(peer, 1);
      sendOften(peer, frame, 1001);
      assertGoesAway(peer, GoAwayReason.LIMIT_EXCEEDED, "1000 frames in a row said nothing");
    }
  }

  /** F7: each says nothing, because its call is over or because it was said before. */
  @Test
  void aFloodOfLateFramesIsClosed() throws IOException {
    byte[] ignored = ScriptedPeer.frame(0, 0x80, 0, new byte[0]);
    byte[] late = ScriptedPeer.frame(1, FrameType.CANCEL, 0, new Data().u32(0).u16(0).toBytes());
    byte[] goAway =
        ScriptedPeer.frame(0, FrameType.GO_AWAY, 0, new Data().u32(0).u32(0).u16(0).toBytes());
    ScriptedPeer mixed = local.greetedPeer();
    assertStillServes(mixed, 1);
    sendOften(mixed, ignored, 1000);
    mixed.sendBytes(late);
    mixed.sendBytes(ignored);
    assertGoesAway(mixed, GoAwayReason.LIMIT_EXCEEDED, "1000 frames in a row said nothing");

    ScriptedPeer peer = local.greetedPeer();
    assertStillServes(peer, 1);
    sendOften(peer, late, 500_000);
    assertStillServes(peer, 3);
    sendOften(peer, late, 500_001);
    assertGoesAway(peer, GoAwayReason.LIMIT_EXCEEDED, "500000 frames in a row", "are over");

    ScriptedPeer going = local.greetedPeer();
    going.open(1, BIDI, 0);
    sendOften(going, goAway, 1002);
    assertGoesAway(going, GoAwayReason.LIMIT_EXCEEDED, "1000 frames in a row said nothing");
  }

  private static void sendOften(ScriptedPeer peer, byte[] frame, int times) {
    ByteBuffer all = ByteBuffer.allocate(frame.length * times);
    while (all.hasRemaining()) {
      all.put(frame);
    }
    peer.sendBytes(all.array());
  }

  /** F6. */
  @Test
  void aFloodOfMetadataKeysEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.send(1, FrameType.OPEN, FrameType.FLAG_METHOD_NAME, withEntries(0xffff, 6_000));
    // The bytes of these alone would be within the limit.
    peer.send(3, FrameType.OPEN, FrameType.FLAG_METHOD_NAME, withEntries(900, 900));

    assertResets(peer, 1, CancelCode.LIMIT_EXCEEDED, "metadata", "65535", "1000");
    assertResets(peer, 3, CancelCode.LIMIT_EXCEEDED, "metadata", "900", "1000");
    assertStillServes(peer, 5);
  }

  private static Data withEntries(int announced, int entries) {
    return method().u16(0).entries(announced, entries);
  }

  /** F6. */
  @Test
  void metadataThatIsNoUtf8EndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.send(
        1,
        FrameType.OPEN,
        FrameType.FLAG_METHOD_NAME,
        method().u16(0).u16(1).entry("key\u00fc", new byte[] {(byte) 0xff, (byte) 0xfe}));

    assertResets(peer, 1, CancelCode.PROTOCOL_ERROR, "metadata");
    assertStillServes(peer, 3);
  }

  @Test
  void whatOnlyAServerSendsIsAnErrorOfThatStream() throws IOException {
    int[] types = {FrameType.HEADERS, FrameType.CLOSE};
    ScriptedPeer peer = local.greetedPeer();
    for (int i = 0; i < types.length; i++) {
      int id = 1 + 4 * i;
      peer.open(id, BIDI, 0);
      peer.send(id, types[i], 0, new Data().u8(0).u16(0).noMetadata().noMetadata());
      assertResets(
          peer, id, CancelCode.PROTOCOL_ERROR, FrameType.describe(types[i]), "made the call");
      assertStillServes(peer, id + 2);
    }
  }

  // Method ids.

  @Test
  void aMethodIdWithoutANameIsFatal() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.send(1, FrameType.OPEN, 0, new Data().u32(3).u16(0).noMetadata());

    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "method id 3", "never given a name");
  }

  @Test
  void aMethodIdThatGetsASecondNameIsFatal() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    define(peer, 1, 1, UNARY);
    peer.next(FrameType.CLOSE);

    define(peer, 3, 1, BIDI);

    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "id 1", "the next is 2");
  }

  @Test
  void aMethodIdThatSkipsOneIsFatal() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    define(peer, 1, 2, UNARY);

    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "id 2", "the next is 1");
  }

  @Test
  void moreMethodIdsThanTheServerAcceptsAreFatal() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    int max = Limits.DEFAULTS.maxMethods();

    for (int id = 1; id <= max + 1; id++) {
      define(peer, 2 * id - 1, id, "raw/No" + id);
      if (id <= max) {
        assertEquals(12, peer.nextButWindow().statusCode());
      }
    }

    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "id 1025", "the last 1024");
  }

  @Test
  void aMethodNameOverTheLimitIsFatal() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.unary(1, "raw/" + "x".repeat(1021));

    assertGoesAway(peer, GoAwayReason.LIMIT_EXCEEDED, "1025", "1024");
  }

  @Test
  void aMethodIdStandsForItsName() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    define(peer, 1, 1, UNARY);
    assertEquals(0, peer.next(FrameType.CLOSE).statusCode());

    peer.send(
        3,
        FrameType.OPEN,
        FrameType.FLAG_WITH_MESSAGE | FrameType.FLAG_END,
        new Data().u32(1).u16(0).noMetadata());

    assertEquals(0, peer.next(FrameType.CLOSE).statusCode());
  }

  private static void define(ScriptedPeer peer, int streamId, int id, String name) {
    peer.send(
        streamId,
        FrameType.OPEN,
        FrameType.FLAG_METHOD_NAME | FrameType.FLAG_WITH_MESSAGE | FrameType.FLAG_END,
        new Data().u32(id).text(name).u16(0).noMetadata());
  }

  // OPEN.

  @Test
  void anOpenThatEndsInsideTheMethodIsFatal() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.send(1, FrameType.OPEN, FrameType.FLAG_METHOD_NAME, new Data().u32(0).u16(50).ascii("x"));

    assertGoesAway(peer, GoAwayReason.PROTOCOL_ERROR, "malformed OPEN");
  }

  @Test
  void anOpenThatEndsInsideTheTimeoutOrTheMetadataEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    int named = FrameType.FLAG_METHOD_NAME;

    peer.send(1, FrameType.OPEN, named | FrameType.FLAG_TIMEOUT, method().u32(5));
    assertResets(peer, 1, CancelCode.PROTOCOL_ERROR, "malformed OPEN");
    peer.send(3, FrameType.OPEN, named, method().u16(0).u16(1).u16(40).ascii("x"));
    assertResets(peer, 3, CancelCode.PROTOCOL_ERROR, "malformed metadata");
    peer.send(5, FrameType.OPEN, named, method().u16(0).u16(1).text("k").u32(-1));
    assertResets(peer, 5, CancelCode.PROTOCOL_ERROR, "malformed metadata", "4294967295");
    peer.send(
        7, FrameType.OPEN, named, method().u16(0).u16(1).entry("has space", new byte[] {'v'}));
    assertResets(peer, 7, CancelCode.PROTOCOL_ERROR, "malformed metadata", "has space");

    assertStillServes(peer, 9);
  }

  @Test
  void descriptorsEndThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.send(1, FrameType.OPEN, FrameType.FLAG_METHOD_NAME, method().u16(2).noMetadata());

    assertResets(peer, 1, CancelCode.PROTOCOL_ERROR, "2 descriptors");
    assertStillServes(peer, 3);
  }

  @Test
  void aCompressedMessageEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.open(
        1, UNARY, FrameType.FLAG_COMPRESSED | FrameType.FLAG_WITH_MESSAGE | FrameType.FLAG_END);

    assertResets(peer, 1, CancelCode.PROTOCOL_ERROR, "compressed");
    assertStillServes(peer, 3);
  }

  @Test
  void metadataOverTheLimitEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.send(
        1,
        FrameType.OPEN,
        FrameType.FLAG_METHOD_NAME,
        method().u16(0).u16(1).entry("k", new byte[MAX_METADATA - 32]));

    assertResets(peer, 1, CancelCode.LIMIT_EXCEEDED, "metadata", "1001", "1000");
    assertStillServes(peer, 3);
  }

  @Test
  void metadataAtTheLimitIsAccepted() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.send(
        1,
        FrameType.OPEN,
        FrameType.FLAG_METHOD_NAME | FrameType.FLAG_WITH_MESSAGE | FrameType.FLAG_END,
        method().u16(0).u16(1).entry("k", new byte[MAX_METADATA - 33]));

    assertEquals(0, peer.nextButWindow().statusCode());
  }

  private static Data method() {
    return new Data().u32(0).text(UNARY);
  }

  // Messages.

  @Test
  void aMessageThatAnnouncesMoreThanTheLimitEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, BIDI, 0);

    peer.send(
        1, FrameType.MESSAGE, FrameType.FLAG_MORE, new Data().u32(MAX_MESSAGE + 1).bytes((byte) 1));

    assertResets(
        peer, 1, CancelCode.LIMIT_EXCEEDED, "exceeds maximum", "100000", String.valueOf(100_001));
    assertStillServes(peer, 3);
  }

  @Test
  void aMessageThatAnnouncesFourGigabytesEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, BIDI, 0);

    peer.send(1, FrameType.MESSAGE, FrameType.FLAG_MORE, new Data().u32(-1).bytes((byte) 1));

    assertResets(peer, 1, CancelCode.LIMIT_EXCEEDED, "4294967295");
    assertStillServes(peer, 3);
  }

  @Test
  void aMessageWithMoreThanItAnnouncedEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, BIDI, 0);

    peer.send(1, FrameType.MESSAGE, FrameType.FLAG_MORE, new Data().u32(3).bytes((byte) 1));
    peer.send(1, FrameType.MESSAGE, FrameType.FLAG_CONTINUED, Data.of(new byte[3]));

    assertResets(peer, 1, CancelCode.PROTOCOL_ERROR, "3 bytes was announced", "4 came");
    assertStillServes(peer, 3);
  }

  @Test
  void aMessageInsideAnotherEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, BIDI, 0);

    peer.send(1, FrameType.MESSAGE, FrameType.FLAG_MORE, new Data().u32(3).bytes((byte) 1));
    peer.send(1, FrameType.MESSAGE, 0, Data.of((byte) 1));

    assertResets(peer, 1, CancelCode.PROTOCOL_ERROR, "inside another");
    assertStillServes(peer, 3);
  }

  @Test
  void aContinuationOfNothingEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, BIDI, 0);

    peer.send(1, FrameType.MESSAGE, FrameType.FLAG_CONTINUED, Data.of((byte) 1));

    assertResets(peer, 1, CancelCode.PROTOCOL_ERROR, "continued");
    assertStillServes(peer, 3);
  }

  @Test
  void aMessageAfterTheEndEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, BIDI, FrameType.FLAG_END);

    peer.send(1, FrameType.MESSAGE, 0, Data.of((byte) 1));

    assertResets(peer, 1, CancelCode.PROTOCOL_ERROR, "after the end");
    assertStillServes(peer, 3);
  }

  @Test
  void anEndThatCarriesWhatItDeniesEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, BIDI, 0);

    peer.send(1, FrameType.MESSAGE, FrameType.FLAG_NO_MESSAGE, Data.of());

    assertResets(peer, 1, CancelCode.PROTOCOL_ERROR, "no end");
    assertStillServes(peer, 3);
  }

  @Test
  void anEndWithoutAMessageThatContinuesOneEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, BIDI, 0);

    peer.send(
        1,
        FrameType.MESSAGE,
        FrameType.FLAG_NO_MESSAGE | FrameType.FLAG_END | FrameType.FLAG_CONTINUED,
        Data.of());

    assertResets(peer, 1, CancelCode.PROTOCOL_ERROR, "there is none");
    assertStillServes(peer, 3);
  }

  @Test
  void anEndInsideAMessageEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, BIDI, 0);

    peer.send(
        1,
        FrameType.MESSAGE,
        FrameType.FLAG_MORE | FrameType.FLAG_END,
        new Data().u32(3).bytes((byte) 1));

    assertResets(peer, 1, CancelCode.PROTOCOL_ERROR, "end");
    assertStillServes(peer, 3);
  }

  // Credit.

  /** W2. */
  @Test
  void moreThanTheStreamsCreditEndsThatCallOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, BIDI, 0);

    peer.send(1, FrameType.MESSAGE, 0, Data.of(new byte[STREAM_WINDOW - 32 + 1]));

    assertResets(
        peer, 1, CancelCode.FLOW_CONTROL_ERROR, "credit of stream 1", "" + (STREAM_WINDOW + 1));
    assertStillServes(peer, 3);
  }

  @Test
  void allOfTheStreamsCreditMayBeUsed() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, BIDI, 0);

    peer.send(1, FrameType.MESSAGE, 0, Data.of(new byte[STREAM_WINDOW - 32]));

    assertStillServes(peer, 3);
  }

  /** W2. */
  @Test
  void moreThanTheConnectionsCreditIsFatal() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    int streams = CONNECTION_WINDOW / STREAM_WINDOW;
    for (int i = 0; i < streams; i++) {
      int id = 2 * i + 1;
      peer.open(id, BIDI, 0);
      peer.send(id, FrameType.MESSAGE, 0, Data.of(new byte[STREAM_WINDOW - 32]));
    }

    peer.open(2 * streams + 1, BIDI, 0);
    peer.send(2 * streams + 1, FrameType.MESSAGE, 0, Data.of());

    assertGoesAway(peer, GoAwayReason.FLOW_CONTROL_ERROR, "connection's credit", "32 bytes");
  }

  /** W3. */
  @Test
  void creditThatGoesBackIsFatal() throws IOException {
    ScriptedPeer connections = local.greetedPeer();
    connections.send(out -> Frames.window(out, 0, 10));
    assertGoesAway(connections, GoAwayReason.FLOW_CONTROL_ERROR, "back to 10");

    ScriptedPeer streams = local.greetedPeer();
    streams.open(1, BIDI, 0);
    streams.send(out -> Frames.window(out, 1, 11));
    assertGoesAway(streams, GoAwayReason.FLOW_CONTROL_ERROR, "back to 11");
  }

  /** W3. */
  @Test
  void creditBeyondTheCounterIsFatal() throws IOException {
    ScriptedPeer peer = local.greetedPeer();

    peer.send(out -> Frames.window(out, 0, -1));

    assertGoesAway(peer, GoAwayReason.FLOW_CONTROL_ERROR, "18446744073709551615", "2^63");
  }

  // The end.

  @Test
  void anEndInsideAFrameEndsTheConnectionOnly() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, BIDI, 0);
    peer.sendHeader(100, 1, FrameType.MESSAGE, 0);

    peer.disconnect();

    assertBystanderIsServed();
  }

  @Test
  void aGoAwayOfTheClientLetsItsCallsEnd() throws IOException {
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, UNARY, 0);

    peer.send(out -> Frames.goAway(out, GoAwayReason.SHUTDOWN, 0, "bye"));
    peer.send(1, FrameType.MESSAGE, FrameType.FLAG_END, Data.of((byte) 5));

    RawFrame close = peer.nextButWindow();
    assertEquals(0, close.statusCode(), close::toString);
    peer.expectEnd();
  }

  private static Hello hello(int magic, int minVersion, int maxVersion) {
    Hello ours = Hello.of(Limits.DEFAULTS);
    return new Hello(
        magic,
        minVersion,
        maxVersion,
        ours.maxMetadataBytes(),
        ours.maxMessageBytes(),
        ours.maxStreams(),
        ours.maxMethods(),
        ours.streamWindowBytes(),
        ours.connectionWindowBytes(),
        "scripted");
  }
}
