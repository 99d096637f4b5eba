package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.TransportProvider;
import dev.strait.transport.contract.FaultingProvider;
import dev.strait.transport.contract.Faults;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Credit under load: none is lost, none is given too much, and nobody waits for ever for it. */
final class CreditReturnTest {
  private static final int STREAM_WINDOW = 16 * 1024;
  private static final int CONNECTION_WINDOW = 64 * 1024;

  @RegisterExtension final Local local = Local.memory();

  /** W6. */
  @Test
  void tenThousandCancelledStreamsGiveAllCreditBack() throws Exception {
    cancelStreams(10_000);
  }

  /** W6. */
  @Test
  @Tag("nightly")
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void aHundredThousandCancelledStreamsGiveAllCreditBack() throws Exception {
    cancelStreams(100_000);
  }

  /** 18 MB on a connection with a window of 8 MiB: a message that is refused is nobody's. */
  @Test
  void messagesThatAreRefusedGiveAllCreditBackOnce() throws Exception {
    local.serve(b -> b.maxInboundMessageSize(100).addService(Raw.service(Raw.UNARY, Raw.echo())));
    ScriptedPeer peer = local.greetedPeer();
    int window = Limits.DEFAULTS.connectionWindowBytes();
    long limit = window;
    long sent = 0;
    for (int id = 1; id < 600; id += 2) {
      peer.open(id, "raw/Unary", 0);
      peer.send(id, FrameType.MESSAGE, FrameType.FLAG_END, new Data().bytes(new byte[60_000]));
      sent += 60_000 + Limits.MESSAGE_OVERHEAD_BYTES;
      RawFrame next = peer.next();
      for (; next.type() == FrameType.WINDOW; next = peer.next()) {
        limit = next.streamId() == 0 ? next.in().getLong() : limit;
      }
      assertEquals(FrameType.CANCEL, next.type(), next::toString);
      assertEquals(CancelCode.LIMIT_EXCEEDED, next.cancelCode());
      assertTrue(limit <= sent + window, "more than was ever given");
    }
    assertTrue(limit > sent + window / 2 - 60_000, "a grant may lag by half a window");
  }

  /** A scripted client knows its credit to the byte: all of it comes back. */
  private void cancelStreams(int streams) throws Exception {
    local.serve(
        b ->
            b.addService(Raw.service(Raw.BIDI, (call, headers) -> new ServerCall.Listener<>() {}))
                .windows(STREAM_WINDOW, CONNECTION_WINDOW));
    ScriptedPeer peer = local.greetedPeer();
    long limit = CONNECTION_WINDOW;
    long sent = 0;
    byte[] message = new byte[1_000];
    int cost = message.length + Limits.MESSAGE_OVERHEAD_BYTES;
    for (int i = 0; i < streams; i++) {
      int id = 2 * i + 1;
      peer.open(id, "raw/Bidi", 0);
      while (limit - sent < cost) {
        limit = peer.next(FrameType.WINDOW).in().getLong();
      }
      peer.send(id, FrameType.MESSAGE, 0, Data.of(message));
      sent += cost;
      peer.send(out -> Frames.cancel(out, id, CancelCode.CANCELLED, ""));
    }
    // A grant may lag by less than half a window, and never goes beyond a whole one.
    while (limit - sent <= CONNECTION_WINDOW / 2) {
      limit = peer.next(FrameType.WINDOW).in().getLong();
    }
    assertTrue(limit - sent <= CONNECTION_WINDOW, "more than was ever given");
  }

  /**
   * W7: a message of one byte costs more than its byte, so that a window full of them is bounded:
   * no more wait here than the overhead lets into it.
   */
  @Test
  void smallMessagesCostTheirOverheadToo() throws Exception {
    Semaphore delivered = new Semaphore(0);
    local.serve(
        b ->
            b.addService(
                    Raw.service(
                        Raw.BIDI,
                        (call, headers) -> {
                          call.request(1);
                          return new ServerCall.Listener<>() {
                            @Override
                            public void onMessage(byte[] message) {
                              delivered.release();
                            }
                          };
                        }))
                .windows(STREAM_WINDOW, CONNECTION_WINDOW));
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, "raw/Bidi", 0);
    int cost = 1 + Limits.MESSAGE_OVERHEAD_BYTES;
    int fit = STREAM_WINDOW / cost;
    for (int i = 0; i < fit; i++) {
      peer.send(1, FrameType.MESSAGE, 0, Data.of((byte) 1));
    }
    assertTrue(delivered.tryAcquire(15, TimeUnit.SECONDS));

    // The one that was delivered has been paid back to nobody yet: half a window is too far.
    peer.send(1, FrameType.MESSAGE, 0, Data.of((byte) 1));

    RawFrame cancel = peer.nextButWindow();
    assertEquals(CancelCode.FLOW_CONTROL_ERROR, cancel.cancelCode(), cancel::toString);
  }

  /** W5. */
  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  void bothSidesWriteToSlowReadersOverAFaultingTransport() throws Exception {
    for (int seed = 1; seed <= 300; seed++) {
      bothSidesWrite(seed, 32 * 1024, 2 * 1024);
    }
  }

  /** W5. */
  @Test
  @Tag("nightly")
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void bothSidesWriteEightMegabytesToSlowReadersAThousandTimes() throws Exception {
    for (int seed = 1; seed <= 1_000; seed++) {
      bothSidesWrite(seed, 8 * 1024 * 1024, STREAM_WINDOW);
    }
  }

  /** Both write all at once what they have, and ask for one message at a time. */
  private void bothSidesWrite(int seed, int bytes, int window) throws Exception {
    FaultingProvider faulting =
        new FaultingProvider(TransportProvider.builtIn(), Faults.splitsMergesAndDelays(seed));
    int size = 1 + seed * 997 % (2 * window);
    int count = Math.max(1, bytes / Math.max(size, 64));
    Semaphore read = new Semaphore(0);
    var server =
        local.serve(
            b ->
                b.transportProvider(faulting)
                    .windows(window, 4 * window)
                    .addService(
                        ServerServiceDefinition.builder("raw")
                            .addMethod(
                                Raw.BIDI,
                                (call, headers) -> {
                                  call.sendHeaders(new Metadata());
                                  for (int i = 0; i < count; i++) {
                                    call.sendMessage(new byte[size]);
                                  }
                                  call.request(1);
                                  return new ServerCall.Listener<byte[]>() {
                                    @Override
                                    public void onMessage(byte[] message) {
                                      read.release();
                                      call.request(1);
                                    }

                                    @Override
                                    public void onHalfClose() {
                                      call.close(Status.OK, new Metadata());
                                    }
                                  };
                                })
                            .build()));
    ManagedChannel channel =
        local.channel(b -> b.transportProvider(faulting).windows(window, 4 * window));
    ClientCall<byte[], byte[]> call = channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
    RecordingListener<byte[]> listener =
        new RecordingListener<>() {
          @Override
          public void onMessage(byte[] message) {
            events.add("message");
            arrived.release();
            call.request(1);
          }
        };
    call.start(listener, new Metadata());
    call.request(1);
    for (int i = 0; i < count; i++) {
      call.sendMessage(new byte[size]);
    }
    call.halfClose();

    String what = "seed " + seed;
    assertTrue(listener.awaitClose().isOk(), () -> what + ": " + listener.status);
    assertEquals(count, listener.arrived.availablePermits(), what);
    assertEquals(count, read.availablePermits(), what);
    channel.shutdownNow();
    server.shutdownNow();
    assertTrue(server.awaitTermination(15, TimeUnit.SECONDS), what);
  }
}
