package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the tracers of one call heard, in order. Those of the next call are in {@link Calls}.
 *
 * <p>A message is {@code out 0:5} when it was told as it should be: its number, its size (twice),
 * and that it was sent; an inbound one is {@code in 0:5}.
 */
final class Traced {
  static final Context.Key<String> FILTERED = Context.key("filtered");
  static final Metadata.Key<String> OF_FACTORY =
      Metadata.Key.of("of-factory", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> OF_STREAM =
      Metadata.Key.of("of-stream", Metadata.ASCII_STRING_MARSHALLER);

  private static final Pattern INBOUND = Pattern.compile("in (\\d+):");
  private static final Pattern OUTBOUND = Pattern.compile("out (\\d+):");

  /** What is put together to a message. */
  private static final Pattern PART =
      Pattern.compile("(outboundMessage|sent|inboundMessage|read) .*");

  private final List<String> events = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Status> closed = new LinkedBlockingQueue<>();
  volatile Attributes attributes;
  volatile Metadata trailers;
  volatile ClientStreamTracer.StreamInfo info;

  /** The calls that were traced and not taken yet. */
  static final class Calls {
    private final BlockingQueue<Traced> calls = new LinkedBlockingQueue<>();

    Traced take() throws InterruptedException {
      Traced next = calls.poll(ScriptedPeer.HANG.toSeconds(), TimeUnit.SECONDS);
      assertNotNull(next, "no call was traced");
      return next;
    }

    /** Each was closed once, at the end, and heard of whole messages in order before that. */
    void assertAllOver() {
      for (Traced traced : calls) {
        assertTrue(traced.isClosed(), () -> "never closed; heard " + traced.events);
        traced.assertOverNow();
      }
    }

    void assertNoMore() {
      assertEquals(0, calls.size());
    }

    ClientStreamTracer.Factory client() {
      return new ClientStreamTracer.Factory() {
        @Override
        public ClientStreamTracer newClientStreamTracer(
            ClientStreamTracer.StreamInfo info, Metadata headers) {
          Traced traced = new Traced();
          traced.info = info;
          headers.put(OF_FACTORY, "f");
          calls.add(traced);
          return traced.new OfClient();
        }
      };
    }

    ServerStreamTracer.Factory server() {
      return new ServerStreamTracer.Factory() {
        @Override
        public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
          Traced traced = new Traced();
          traced.hear("new " + method);
          headers.put(OF_FACTORY, "s");
          calls.add(traced);
          return traced.new OfServer();
        }
      };
    }
  }

  /** Everything that was heard until the call was closed. */
  List<String> events() throws InterruptedException {
    status();
    return List.copyOf(events);
  }

  /** The status with which the call was closed. */
  Status status() throws InterruptedException {
    Status status = closed.poll(ScriptedPeer.HANG.toSeconds(), TimeUnit.SECONDS);
    assertNotNull(status, () -> "never closed; heard " + events);
    closed.add(status);
    return status;
  }

  boolean isClosed() {
    return !closed.isEmpty();
  }

  void awaitEvent(String event) throws InterruptedException {
    Local.await(event + " is heard", () -> events.contains(event));
  }

  /** Closed once, and nothing after that. */
  void assertOver() throws InterruptedException {
    status();
    assertOverNow();
  }

  private void assertOverNow() {
    assertEquals(
        1, events.stream().filter(event -> event.startsWith("closed")).count(), events::toString);
    assertTrue(events.get(events.size() - 1).startsWith("closed"), events::toString);
    for (Pattern way : List.of(INBOUND, OUTBOUND)) {
      int next = 0;
      for (String event : events) {
        Matcher message = way.matcher(event);
        if (message.lookingAt()) {
          assertEquals(next++, Integer.parseInt(message.group(1)), events::toString);
        }
      }
    }
    assertTrue(events.stream().noneMatch(PART.asMatchPredicate()), events::toString);
  }

  private void hear(String event) {
    events.add(event);
  }

  private void close(Status status) {
    hear("closed " + status.getCode());
    closed.add(status);
  }

  /** Puts the parts of a message together; said in another order they stay apart. */
  private void hearPart(String part, String expectedBefore, String instead) {
    int last = events.size() - 1;
    if (last >= 0 && events.get(last).equals(expectedBefore)) {
      events.set(last, instead);
    } else {
      events.add(part);
    }
  }

  private final class OfClient extends ClientStreamTracer {
    private long uncompressed;
    private long onWire;

    @Override
    public void createPendingStream() {
      hear("pending");
    }

    @Override
    public void streamCreated(Attributes ofTransport, Metadata headers) {
      attributes = ofTransport;
      headers.put(OF_STREAM, "s");
      hear("created");
    }

    @Override
    public void outboundHeaders() {
      hear("out headers");
    }

    @Override
    public void inboundHeaders() {
      hear("in headers");
    }

    @Override
    public void inboundTrailers(Metadata came) {
      trailers = came;
      hear("in trailers");
    }

    @Override
    public void outboundMessage(int number) {
      hear("outboundMessage " + number);
    }

    @Override
    public void outboundUncompressedSize(long bytes) {
      uncompressed = bytes;
    }

    @Override
    public void outboundWireSize(long bytes) {
      onWire = bytes;
    }

    @Override
    public void outboundMessageSent(int number, long wire, long size) {
      checkSizes(wire, size);
      hearPart("sent " + number, "outboundMessage " + number, "out " + number + ":" + size);
    }

    // A tracer that throws is only logged: this leaves the message's parts apart.
    private void checkSizes(long wire, long size) {
      assertEquals(onWire, wire);
      assertEquals(uncompressed, size);
      assertEquals(wire, size);
    }

    @Override
    public void inboundMessage(int number) {
      hear("inboundMessage " + number);
    }

    @Override
    public void inboundUncompressedSize(long bytes) {
      uncompressed = bytes;
    }

    @Override
    public void inboundWireSize(long bytes) {
      onWire = bytes;
    }

    @Override
    public void inboundMessageRead(int number, long wire, long size) {
      checkSizes(wire, size);
      hearPart("read " + number, "inboundMessage " + number, "in " + number + ":" + size);
    }

    @Override
    public void streamClosed(Status status) {
      close(status);
    }
  }

  private final class OfServer extends ServerStreamTracer {
    @Override
    public Context filterContext(Context context) {
      hear("filter");
      return context.withValue(FILTERED, "yes");
    }

    @Override
    public void serverCallStarted(ServerCallInfo<?, ?> call) {
      assertNotNull(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
      assertEquals("localhost", call.getAuthority());
      hear("started " + call.getMethodDescriptor().getBareMethodName());
    }

    @Override
    public void outboundMessage(int number) {
      hear("outboundMessage " + number);
    }

    @Override
    public void outboundMessageSent(int number, long wire, long size) {
      assertEquals(wire, size);
      hearPart("sent " + number, "outboundMessage " + number, "out " + number + ":" + size);
    }

    @Override
    public void inboundMessage(int number) {
      hear("inboundMessage " + number);
    }

    @Override
    public void inboundMessageRead(int number, long wire, long size) {
      assertEquals(wire, size);
      hearPart("read " + number, "inboundMessage " + number, "in " + number + ":" + size);
    }

    @Override
    public void streamClosed(Status status) {
      close(status);
    }
  }
}
