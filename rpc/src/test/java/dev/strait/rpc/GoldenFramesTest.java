package dev.strait.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.framing.FrameHeader;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The golden files, SPEC.md and the code change together. */
final class GoldenFramesTest {
  @RegisterExtension final Local local = Local.memory();

  private static final byte[] PIECES = new byte[65_540];

  static {
    Arrays.fill(PIECES, (byte) 0x5a);
  }

  @Test
  void framesOfAConnectionAreTheirGoldenBytes() throws IOException {
    assertGolden("hello", out -> Frames.hello(out, Hello.of(Limits.DEFAULTS)));
    assertGolden("cancel", out -> Frames.cancel(out, 7, CancelCode.LIMIT_EXCEEDED, "byg"));
    assertGolden("window", out -> Frames.window(out, 5, 0x1_0000_0002L));
    assertGolden(
        "ping",
        out -> {
          Frames.ping(out, 0x0123456789abcdefL, false);
          Frames.ping(out, 0x0123456789abcdefL, true);
        });
    assertGolden(
        "go-away", out -> Frames.goAway(out, GoAwayReason.KEEPALIVE_TIMEOUT, 43, "\u00fc!"));
  }

  @Test
  void theGoldenHelloIsDecoded() throws IOException {
    ByteBuffer hello = ByteBuffer.wrap(golden("hello")).position(FrameHeader.BYTES);

    assertEquals(Hello.of(Limits.DEFAULTS), HelloCodec.decode(hello));
  }

  @Test
  void whatAClientSendsIsItsGoldenBytes() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.UNARY, CallOptions.DEFAULT);
    Metadata.Key<byte[]> key = Metadata.Key.of("b-bin", Metadata.BINARY_BYTE_MARSHALLER);
    Metadata headers = new Metadata();
    headers.put(key, new byte[] {0, -1, 0x7f});
    headers.put(key, new byte[0]);
    call.start(new RecordingListener<>(), headers);
    call.sendMessage("ping".getBytes(US_ASCII));
    call.halfClose();
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    assertGolden("open", peer.next(FrameType.OPEN));
  }

  @Test
  void aMethodThatIsKnownGoesByItsId() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    var channel = local.channel();
    Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    peer.next(FrameType.OPEN);

    Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, "ping".getBytes(US_ASCII));

    assertGolden("open-known", peer.next(FrameType.OPEN));
  }

  @Test
  void aOneWayCallSaysSo() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    var channel = local.channel();
    Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    peer.next(FrameType.OPEN);

    OneWay.blockingCall(channel, Raw.UNARY, CallOptions.DEFAULT, "ping".getBytes(US_ASCII));

    assertGolden("open-one-way", peer.next(FrameType.OPEN));
  }

  @Test
  void theEndOfAClientsMessagesIsItsGoldenBytes() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(new RecordingListener<>(), new Metadata());
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    peer.next(FrameType.OPEN);

    call.halfClose();

    assertGolden("message-end", peer.next(FrameType.MESSAGE));
  }

  @Test
  void whatAServerSendsIsItsGoldenBytes() throws Exception {
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.SERVER_STREAM,
                    CallTest.onMessage(
                        (call, message) -> {
                          call.sendHeaders(metadata());
                          call.sendMessage("pong".getBytes(US_ASCII));
                          call.sendMessage(PIECES);
                          call.close(
                              Status.FAILED_PRECONDITION.withDescription("sorr"), metadata());
                        }))));
    ScriptedPeer peer = local.greetedPeer();

    peer.unary(1, "raw/ServerStream");

    assertGolden("headers", peer.nextButWindow());
    assertGolden("message", peer.nextButWindow());
    assertGolden("message-in-pieces", peer.nextButWindow(), peer.nextButWindow());
    assertGolden("close", peer.nextButWindow());
  }

  @Test
  void theReplyOfAUnaryCallIsOneFrame() throws Exception {
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    CallTest.onMessage(
                        (call, message) -> {
                          call.sendHeaders(metadata());
                          call.sendMessage(message);
                          call.close(Status.OK, new Metadata());
                        }))));
    ScriptedPeer peer = local.greetedPeer();

    peer.unary(1, "raw/Unary", "abcdefgh".getBytes(US_ASCII));

    assertGolden("close-with-reply", peer.nextButWindow());
  }

  private static Metadata metadata() {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("text", Metadata.ASCII_STRING_MARSHALLER), "hi");
    return metadata;
  }

  private static void assertGolden(String name, Consumer<ByteBuffer> encoder) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(1024);
    encoder.accept(out);
    byte[] bytes = new byte[out.flip().remaining()];
    out.get(bytes);
    assertHex(golden(name), bytes, name);
  }

  private static void assertGolden(String name, RawFrame... frames) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (RawFrame frame : frames) {
      ByteBuffer header = ByteBuffer.allocate(FrameHeader.BYTES);
      FrameHeader.put(header, frame.data().length, frame.streamId(), frame.type(), frame.flags());
      bytes.writeBytes(header.array());
      bytes.writeBytes(frame.data());
    }
    assertHex(golden(name), bytes.toByteArray(), name);
  }

  private static void assertHex(byte[] expected, byte[] actual, String name) {
    assertTrue(expected.length > 0, name + ".hex is empty");
    HexFormat hex = HexFormat.of();
    assertArrayEquals(
        expected,
        actual,
        () -> name + ":\n" + hex.formatHex(expected) + "\n" + hex.formatHex(actual));
  }

  /**
   * The bytes of a golden file: hex separated by white space, {@code #} to the end of the line is a
   * comment, {@code a5*16} is sixteen times {@code a5}.
   */
  private static byte[] golden(String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream in = GoldenFramesTest.class.getResourceAsStream("/golden/" + name + ".hex")) {
      String text = new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
      for (String line : text.lines().toList()) {
        for (String token : line.replaceFirst("#.*", "").trim().split("\\s+", 0)) {
          int star = token.indexOf('*');
          int times = star < 0 ? 1 : Integer.parseInt(token.substring(star + 1));
          byte[] one = HexFormat.of().parseHex(star < 0 ? token : token.substring(0, star));
          for (int i = 0; i < times; i++) {
            bytes.writeBytes(one);
          }
        }
      }
    }
    return bytes.toByteArray();
  }
}
