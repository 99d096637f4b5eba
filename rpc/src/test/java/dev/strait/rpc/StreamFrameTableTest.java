package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.fail;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The table of states and frames in SPEC.md, every field of it, as scripted bytes to a real side
 * that hosts and a real one that calls (S1, F5): here a server and a client, in the subclass the
 * other way round. The frames are made for all flags; which row of the table one is in is decided
 * here, what it does is read there.
 */
class StreamFrameTableTest {
  private static final DocTable TABLE = DocTable.startingWith(DocTable.SPEC, "| frame | ours |");

  private static final int[] STREAM_TYPES = {
    FrameType.OPEN,
    FrameType.HEADERS,
    FrameType.MESSAGE,
    FrameType.CLOSE,
    FrameType.CANCEL,
    FrameType.WINDOW
  };

  private static final String BIDI = "raw/Bidi";
  private static final String UNARY = "raw/Unary";

  /** Above every id that a cell uses, but for the parity. */
  private static final int NEVER_OPENED = 1 << 20;

  @RegisterExtension final Local local = Local.memory();

  /** A real side that hosts, here the server of its connections. */
  Host host(ServerServiceDefinition service) throws Exception {
    local.serve(b -> b.addService(service));
    return () -> new Speaker(local.greetedPeer(), -1, 0);
  }

  /** A real side that calls, here the client of its connections. */
  Caller caller() throws Exception {
    ScriptedPeer.Listening listening = local.listen();
    ManagedChannel channel = local.channel();
    return new Caller() {
      @Override
      public ClientCall<byte[], byte[]> start(boolean first, ClientCall.Listener<byte[]> listener) {
        ClientCall<byte[], byte[]> call = channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
        call.start(listener, new Metadata());
        return call;
      }

      @Override
      public Speaker connection() throws Exception {
        return new Speaker(local.closing(listening.acceptAndGreet()), 0, 1);
      }
    };
  }

  interface Host {
    /** A new connection to it, from its scripted peer. */
    Speaker connection() throws Exception;
  }

  interface Caller {
    /**
     * Starts a call.
     *
     * @param first on a new connection; the last one has ended
     */
    ClientCall<byte[], byte[]> start(boolean first, ClientCall.Listener<byte[]> listener)
        throws Exception;

    /** The new connection, to its scripted peer. */
    Speaker connection() throws Exception;
  }

  /** A stream as it is when the frame comes, with its column of the table. */
  private enum Given {
    OPEN("ours", "theirs"),
    LOCAL_ENDED("ours", null),
    HEARD("ours", null),
    IN_MESSAGE("ours, inside a message", "theirs, inside a message"),
    REMOTE_ENDED(null, "theirs, REMOTE_ENDED"),
    CLOSED("over", "over"),
    RESET_BY_PEER("over", "over"),
    RESET_BY_US("over", "over"),
    OURS_NEVER_OPENED("ours, never opened", "ours, never opened"),
    THEIRS_NEVER_OPENED("theirs, never opened", "theirs, never opened");

    final String onCaller;
    final String onHost;

    Given(String onCaller, String onHost) {
      this.onCaller = onCaller;
      this.onHost = onHost;
    }
  }

  private record Frame(int type, int flags) {
    boolean has(int flag) {
      return (flags & flag) != 0;
    }

    @Override
    public String toString() {
      return String.format("%s 0x%02x", FrameType.describe(type), flags);
    }
  }

  // Which row a frame is in.

  private static String rowOf(Frame frame, boolean again) {
    if (frame.type >= 0x80 && frame.type <= 0xbf) {
      return "0x80 to 0xbf";
    }
    return switch (frame.type) {
      case FrameType.OPEN -> openRow(frame);
      case FrameType.HEADERS -> frame.flags != 0 ? unknown() : again ? "HEADERS again" : "HEADERS";
      case FrameType.MESSAGE -> messageRow(frame);
      case FrameType.CLOSE -> closeRow(frame, again);
      case FrameType.CANCEL, FrameType.WINDOW ->
          frame.flags == 0 ? FrameType.describe(frame.type) : unknown();
      default -> unknown();
    };
  }

  private static String unknown() {
    return "others, and unknown flags";
  }

  private static String openRow(Frame frame) {
    if (frame.flags > 0x7f || frame.has(0x02)) {
      return unknown();
    }
    return frame.has(FrameType.FLAG_COMPRESSED) ? "OPEN COMPRESSED" : "OPEN";
  }

  private static String messageRow(Frame frame) {
    return switch (frame.flags) {
      case 0x00 -> "MESSAGE";
      case 0x01 -> "MESSAGE END";
      case 0x02 -> "MESSAGE MORE";
      case 0x09 -> "MESSAGE END NO_MESSAGE";
      case 0x10 -> "MESSAGE CONTINUED";
      case 0x11 -> "MESSAGE END CONTINUED";
      case 0x12 -> "MESSAGE MORE CONTINUED";
      default -> frame.flags <= 0x1f ? "MESSAGE, other flags" : unknown();
    };
  }

  private static String closeRow(Frame frame, boolean again) {
    if ((frame.flags & ~0x1c) != 0) {
      return unknown();
    }
    if (frame.has(FrameType.FLAG_COMPRESSED)) {
      return "CLOSE COMPRESSED";
    }
    if (frame.has(FrameType.FLAG_WITH_HEADERS)) {
      return again ? "CLOSE WITH_HEADERS again" : "CLOSE WITH_HEADERS";
    }
    return frame.flags == 0 ? "CLOSE" : "CLOSE WITH_MESSAGE";
  }

  /** Well-formed data for the flags of the frame. */
  private static Data dataOf(Frame frame) {
    return switch (frame.type) {
      case FrameType.OPEN -> openData(frame);
      case FrameType.HEADERS -> new Data().noMetadata();
      case FrameType.MESSAGE -> messageData(frame);
      case FrameType.CLOSE -> closeData(frame);
      case FrameType.CANCEL -> new Data().u32(0).u16(0);
      case FrameType.WINDOW -> new Data().u64(1L << 40);
      default -> new Data().u64(1);
    };
  }

  private static Data openData(Frame frame) {
    Data data = new Data().u32(0);
    // Without a name the id must be known: the connection ends for that, not for the stream.
    if (frame.has(FrameType.FLAG_METHOD_NAME)) {
      data.text(BIDI);
    }
    if (frame.has(FrameType.FLAG_TIMEOUT)) {
      data.u64(Long.MAX_VALUE);
    }
    return data.u16(0).noMetadata();
  }

  /** The message that was begun has three bytes, the first of which has come. */
  private static Data messageData(Frame frame) {
    if (frame.has(FrameType.FLAG_NO_MESSAGE)) {
      return Data.of();
    }
    if (frame.has(FrameType.FLAG_CONTINUED)) {
      return frame.has(FrameType.FLAG_MORE) ? Data.of((byte) 2) : Data.of((byte) 2, (byte) 3);
    }
    if (frame.has(FrameType.FLAG_MORE)) {
      return new Data().u32(3).bytes((byte) 1);
    }
    return Data.of();
  }

  private static Data closeData(Frame frame) {
    Data data = new Data().u8(10).u16(0);
    if (frame.has(FrameType.FLAG_WITH_HEADERS)) {
      data.noMetadata();
    }
    return data.noMetadata();
  }

  // The frames.

  /** Every frame of a stream with every combination of flags that its type may have. */
  private static Stream<Frame> legalFrames() {
    return IntStream.of(STREAM_TYPES)
        .boxed()
        .flatMap(type -> IntStream.range(0, 256).mapToObj(flags -> new Frame(type, flags)))
        .filter(frame -> (frame.flags & ~FrameType.knownFlags(frame.type)) == 0)
        // An id without a name is an error of its own.
        .filter(frame -> frame.type != FrameType.OPEN || frame.has(FrameType.FLAG_METHOD_NAME));
  }

  /** All types without a flag and with all of them, those that are known also with each one. */
  private static Stream<Frame> allTypes() {
    return IntStream.range(0, 256)
        .boxed()
        .flatMap(
            type ->
                (FrameType.knownFlags(type) < 0
                        ? IntStream.of(0, 255)
                        : IntStream.of(0, 1, 2, 4, 8, 16, 32, 64, 128, 255))
                    .mapToObj(flags -> new Frame(type, flags)))
        .filter(frame -> frame.type != FrameType.OPEN || frame.has(FrameType.FLAG_METHOD_NAME));
  }

  private static Stream<Frame> allTypesWithAllFlags() {
    return IntStream.range(0, 1 << 16).mapToObj(i -> new Frame(i >>> 8, i & 0xff));
  }

  // Who hosts.

  @TestFactory
  Stream<DynamicTest> whoHostsDoesWithEveryFrameInEveryStateWhatTheTableSays() throws Exception {
    HostSide host = new HostSide();
    return Arrays.stream(Given.values())
        .filter(given -> given.onHost != null)
        .map(given -> cells("host", given, legalFrames(), host::check));
  }

  @TestFactory
  Stream<DynamicTest> whoHostsKnowsWhatToDoWithEveryTypeOnAStream() throws Exception {
    HostSide host = new HostSide();
    return Stream.of(cells("host", Given.OPEN, allTypes(), host::check));
  }

  @TestFactory
  @Tag("nightly")
  Stream<DynamicTest> whoHostsKnowsWhatToDoWithEveryTypeAndAllFlags() throws Exception {
    HostSide host = new HostSide();
    return Stream.of(Given.OPEN, Given.CLOSED)
        .map(given -> cells("host", given, allTypesWithAllFlags(), host::check));
  }

  // Who calls.

  @TestFactory
  Stream<DynamicTest> whoCallsDoesWithEveryFrameInEveryStateWhatTheTableSays() throws Exception {
    CallerSide caller = new CallerSide();
    return Arrays.stream(Given.values())
        .filter(given -> given.onCaller != null)
        .map(given -> cells("caller", given, legalFrames(), caller::check));
  }

  @TestFactory
  Stream<DynamicTest> whoCallsKnowsWhatToDoWithEveryTypeOnAStream() throws Exception {
    CallerSide caller = new CallerSide();
    return Stream.of(cells("caller", Given.OPEN, allTypes(), caller::check));
  }

  @TestFactory
  @Tag("nightly")
  Stream<DynamicTest> whoCallsKnowsWhatToDoWithEveryTypeAndAllFlags() throws Exception {
    CallerSide caller = new CallerSide();
    return Stream.of(Given.OPEN, Given.CLOSED)
        .map(given -> cells("caller", given, allTypesWithAllFlags(), caller::check));
  }

  /** What happens to a frame in a state is what the table says. */
  private interface Check {
    void that(Given given, Frame frame) throws Exception;
  }

  private static DynamicTest cells(String side, Given given, Stream<Frame> frames, Check check) {
    return DynamicTest.dynamicTest(
        side + ", " + given,
        () -> {
          for (Frame frame : (Iterable<Frame>) frames::iterator) {
            try {
              check.that(given, frame);
            } catch (AssertionError e) {
              throw new AssertionError(frame + " on a " + side + ", " + given, e);
            }
          }
        });
  }

  @Test
  void everyRowAndEveryColumnOfTheTableIsTested() {
    Set<String> rows =
        new HashSet<>(allTypesWithAllFlags().map(frame -> rowOf(frame, false)).toList());
    allTypesWithAllFlags().forEach(frame -> rows.add(rowOf(frame, true)));
    assertEquals(new HashSet<>(TABLE.rows().stream().map(row -> row.get(0)).toList()), rows);
    Set<String> columns = new HashSet<>();
    for (Given given : Given.values()) {
      columns.add(given.onCaller);
      columns.add(given.onHost);
    }
    columns.remove(null);
    assertEquals(new HashSet<>(TABLE.columns().subList(1, TABLE.columns().size())), columns);
  }

  /** A peer and the ids that it has used. */
  static final class Speaker {
    final ScriptedPeer peer;
    final int neverOpenedOfOther;
    private int lastId;

    /**
     * @param lastId the one before its first
     * @param otherParity of the ids of the other side
     */
    Speaker(ScriptedPeer peer, int lastId, int otherParity) {
      this.peer = peer;
      this.lastId = lastId;
      neverOpenedOfOther = NEVER_OPENED + otherParity;
    }

    int nextId() {
      lastId += 2;
      return lastId;
    }

    /** What comes up to the answer to a call of a method that nobody hosts. */
    List<RawFrame> answers() {
      List<RawFrame> answers = new ArrayList<>();
      int id = nextId();
      peer.open(id, "raw/Nothing", 0);
      for (RawFrame frame = peer.next(); frame.streamId() != id; frame = peer.next()) {
        if (frame.type() != FrameType.WINDOW) {
          answers.add(frame);
        }
      }
      return answers;
    }

    void expectNothing() {
      assertEquals(List.of(), answers());
    }

    void expectReset(int streamId) {
      List<RawFrame> answers = answers();
      assertEquals(1, answers.size(), answers::toString);
      assertEquals(CancelCode.PROTOCOL_ERROR, answers.get(0).cancelCode(), answers::toString);
      assertEquals(streamId, answers.get(0).streamId());
    }
  }

  private static void expectGoAway(ScriptedPeer peer) {
    RawFrame frame = peer.nextButWindow();
    assertEquals(GoAwayReason.PROTOCOL_ERROR, frame.goAwayReason(), frame::toString);
    peer.skipToEnd();
    peer.close();
  }

  private static <T> T await(BlockingQueue<T> events) throws InterruptedException {
    T event = events.poll(ScriptedPeer.HANG.toSeconds(), TimeUnit.SECONDS);
    assertNotNull(event, "nothing was delivered");
    return event;
  }

  /** What a delivered frame is heard as; null for one that is not heard by itself. */
  private static List<String> heardAs(Frame frame) {
    return switch (rowOf(frame, false)) {
      case "OPEN" -> List.of("start");
      case "HEADERS" -> List.of("headers");
      case "MESSAGE", "MESSAGE CONTINUED" -> List.of("message");
      case "MESSAGE END", "MESSAGE END CONTINUED" -> List.of("message", "half-close");
      case "MESSAGE END NO_MESSAGE" -> List.of("half-close");
      case "CLOSE" -> List.of("end");
      case "CLOSE WITH_MESSAGE" -> List.of("message", "end");
      case "CLOSE WITH_HEADERS" ->
          frame.has(FrameType.FLAG_WITH_MESSAGE)
              ? List.of("headers", "message", "end")
              : List.of("headers", "end");
      case "CANCEL" -> List.of("end");
      default -> null;
    };
  }

  /** A real side that hosts, with scripted callers. */
  private final class HostSide {
    private final Host host;

    /** Of the cell at hand; a call of an earlier one goes on hearing into its own. */
    private volatile BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    private Speaker speaker;
    private ScriptedPeer peer;

    HostSide() throws Exception {
      host =
          host(
              ServerServiceDefinition.builder("raw")
                  .addMethod(Raw.BIDI, recording())
                  .addMethod(Raw.UNARY, Raw.echo())
                  .build());
    }

    private ServerCallHandler<byte[], byte[]> recording() {
      return (call, headers) -> {
        BlockingQueue<String> events = heard;
        events.add("start");
        call.request(10);
        return new ServerCall.Listener<>() {
          @Override
          public void onMessage(byte[] message) {
            events.add("message");
          }

          @Override
          public void onHalfClose() {
            events.add("half-close");
          }

          @Override
          public void onCancel() {
            events.add("end");
          }

          @Override
          public void onComplete() {
            events.add("completed");
          }
        };
      };
    }

    void check(Given given, Frame frame) throws Exception {
      if (speaker == null) {
        speaker = host.connection();
        peer = speaker.peer;
      }
      heard = new LinkedBlockingQueue<>();
      int id = prepare(given);
      peer.send(id, frame.type, frame.flags, dataOf(frame));
      boolean again = given == Given.IN_MESSAGE;
      String expected =
          frame.type == FrameType.OPEN && !frame.has(FrameType.FLAG_METHOD_NAME)
              ? "X"
              : TABLE.cell(rowOf(frame, again), given.onHost);
      switch (expected) {
        case "D" -> expectDelivered(given, frame, id);
        case "I" -> speaker.expectNothing();
        case "R" -> {
          speaker.expectReset(id);
          if (given != Given.THEIRS_NEVER_OPENED) {
            expectHeard(id, "end");
          }
        }
        case "X" -> {
          expectGoAway(peer);
          speaker = null;
          return;
        }
        default -> fail(expected);
      }
      // Another stream is served, and nothing more was heard of this one.
      int next = speaker.nextId();
      peer.unary(next, UNARY, (byte) 1);
      RawFrame answer = peer.nextButWindow();
      assertEquals(next, answer.streamId());
      assertEquals(0, answer.statusCode(), answer::toString);
      assertEquals(List.of(), List.copyOf(heard));
      if (given == Given.OPEN) {
        // Or else more would be open in the end than may be.
        peer.send(out -> Frames.cancel(out, id, CancelCode.CANCELLED, ""));
      }
    }

    private int prepare(Given given) throws Exception {
      if (given == Given.OURS_NEVER_OPENED) {
        return speaker.neverOpenedOfOther;
      }
      int id = speaker.nextId();
      switch (given) {
        case THEIRS_NEVER_OPENED -> {
          return id;
        }
        case CLOSED -> {
          peer.unary(id, UNARY, (byte) 1);
          assertEquals(0, peer.nextButWindow().statusCode());
        }
        default -> {
          peer.open(id, BIDI, given == Given.REMOTE_ENDED ? FrameType.FLAG_END : 0);
          expectHeard(id, "start");
        }
      }
      switch (given) {
        case REMOTE_ENDED -> expectHeard(id, "half-close");
        case IN_MESSAGE ->
            peer.send(id, FrameType.MESSAGE, FrameType.FLAG_MORE, new Data().u32(3).u8(1));
        case RESET_BY_PEER -> {
          peer.send(out -> Frames.cancel(out, id, CancelCode.CANCELLED, ""));
          expectHeard(id, "end");
        }
        case RESET_BY_US -> {
          peer.send(id, FrameType.HEADERS, 0, new Data().noMetadata());
          speaker.expectReset(id);
          expectHeard(id, "end");
        }
        default -> {}
      }
      return id;
    }

    private void expectDelivered(Given given, Frame frame, int id) throws Exception {
      speaker.expectNothing();
      List<String> events = heardAs(frame);
      if (frame.type == FrameType.OPEN) {
        events = new ArrayList<>(events);
        if (frame.has(FrameType.FLAG_WITH_MESSAGE)) {
          events.add("message");
        }
        if (frame.has(FrameType.FLAG_END)) {
          events.add("half-close");
        }
      }
      if (events == null && frame.type == FrameType.MESSAGE) {
        finishMessage(frame, id);
        events = List.of("message");
      }
      for (String event : events == null ? List.<String>of() : events) {
        expectHeard(id, event);
      }
      if (frame.type != FrameType.CANCEL) {
        peer.send(out -> Frames.cancel(out, id, CancelCode.CANCELLED, ""));
        expectHeard(id, "end");
      }
    }

    private void finishMessage(Frame frame, int id) {
      byte[] rest = frame.has(FrameType.FLAG_CONTINUED) ? new byte[1] : new byte[2];
      peer.send(id, FrameType.MESSAGE, FrameType.FLAG_CONTINUED, Data.of(rest));
    }

    private void expectHeard(int id, String event) throws Exception {
      assertEquals(event, await(heard), "stream " + id);
    }
  }

  /** A real side that calls, with scripted hosts. */
  private final class CallerSide {
    private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();
    private final Caller caller;
    private Speaker speaker;
    private ScriptedPeer peer;

    CallerSide() throws Exception {
      caller = caller();
    }

    void check(Given given, Frame frame) throws Exception {
      BlockingQueue<String> heard = new LinkedBlockingQueue<>();
      ClientCall<byte[], byte[]> call = caller.start(speaker == null, recording(heard));
      call.request(10);
      if (speaker == null) {
        speaker = caller.connection();
        peer = speaker.peer;
      }
      int opened = peer.next(FrameType.OPEN).streamId();
      prepare(given, call, opened, heard);
      int id =
          switch (given) {
            case OURS_NEVER_OPENED -> speaker.neverOpenedOfOther;
            case THEIRS_NEVER_OPENED -> speaker.nextId();
            default -> opened;
          };
      peer.send(id, frame.type, frame.flags, dataOf(frame));
      boolean again = given == Given.IN_MESSAGE || given == Given.HEARD;
      String expected =
          frame.type == FrameType.OPEN && !frame.has(FrameType.FLAG_METHOD_NAME)
              ? "X"
              : TABLE.cell(rowOf(frame, again), given.onCaller);
      switch (expected) {
        case "D" -> expectDelivered(frame, id, heard);
        case "I" -> speaker.expectNothing();
        case "R" -> {
          speaker.expectReset(id);
          if (id == opened) {
            expectEnd(heard);
          }
        }
        case "X" -> {
          expectGoAway(peer);
          speaker = null;
          if (!isOver(given)) {
            expectEnd(heard);
          }
        }
        default -> fail(expected);
      }
      assertEquals(List.of(), List.copyOf(heard));
      call.cancel("the next", null);
      if (speaker != null) {
        speaker.answers();
      }
      assertEquals(List.of(), List.copyOf(unexpected));
    }

    private static boolean isOver(Given given) {
      return "over".equals(given.onCaller);
    }

    private void prepare(
        Given given, ClientCall<byte[], byte[]> call, int id, BlockingQueue<String> heard)
        throws Exception {
      switch (given) {
        case LOCAL_ENDED -> {
          call.halfClose();
          peer.next(FrameType.MESSAGE);
        }
        case HEARD -> {
          peer.send(id, FrameType.HEADERS, 0, new Data().noMetadata());
          assertEquals("headers", await(heard));
        }
        case IN_MESSAGE ->
            peer.send(id, FrameType.MESSAGE, FrameType.FLAG_MORE, new Data().u32(3).u8(1));
        case CLOSED -> {
          peer.send(id, FrameType.CLOSE, 0, closeData(new Frame(FrameType.CLOSE, 0)));
          expectEnd(heard);
        }
        case RESET_BY_PEER -> {
          peer.send(out -> Frames.cancel(out, id, CancelCode.CANCELLED, ""));
          expectEnd(heard);
        }
        case RESET_BY_US -> {
          call.cancel("on purpose", null);
          peer.next(FrameType.CANCEL);
          expectEnd(heard);
        }
        default -> {}
      }
    }

    private void expectDelivered(Frame frame, int id, BlockingQueue<String> heard)
        throws Exception {
      if (frame.type == FrameType.OPEN) {
        // It reaches the dispatcher of who calls, which does not host that.
        RawFrame answer = peer.nextButWindow();
        assertEquals(Status.Code.UNIMPLEMENTED.value(), answer.statusCode(), answer::toString);
        assertEquals(id, answer.streamId());
        speaker.expectNothing();
        return;
      }
      speaker.expectNothing();
      List<String> events = heardAs(frame);
      if (events == null && frame.type == FrameType.MESSAGE) {
        byte[] rest = frame.has(FrameType.FLAG_CONTINUED) ? new byte[1] : new byte[2];
        peer.send(id, FrameType.MESSAGE, FrameType.FLAG_CONTINUED, Data.of(rest));
        events = List.of("message");
      }
      for (String event : events == null ? List.<String>of() : events) {
        assertEquals(event, await(heard));
      }
    }

    private static void expectEnd(BlockingQueue<String> heard) throws InterruptedException {
      assertEquals("end", await(heard));
    }

    private ClientCall.Listener<byte[]> recording(BlockingQueue<String> heard) {
      return new ClientCall.Listener<>() {
        private boolean ended;

        @Override
        public void onHeaders(Metadata headers) {
          hear("headers");
        }

        @Override
        public void onMessage(byte[] message) {
          hear("message");
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
          hear("end");
          ended = true;
        }

        private void hear(String event) {
          if (ended) {
            unexpected.add(event + " after the end");
          }
          heard.add(event);
        }
      };
    }
  }
}
