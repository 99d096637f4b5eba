package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.framing.FrameHeader;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not read is not sent, and what is not sent is not lost. */
abstract class FlowControlTest {
  private static final int STREAM_WINDOW = 16 * 1024;
  private static final int CONNECTION_WINDOW = 64 * 1024;

  @RegisterExtension final Local local = local();

  abstract Local local();

  /** Calls that came and are read only as the test asks. */
  private final BlockingQueue<ServerCall<byte[], byte[]>> unread = new LinkedBlockingQueue<>();

  private final Semaphore read = new Semaphore(0);

  private ServerCallHandler<byte[], byte[]> readsWhenTold() {
    return (call, headers) -> {
      unread.add(call);
      return new ServerCall.Listener<>() {
        @Override
        public void onMessage(byte[] message) {
          read.release();
        }
      };
    };
  }

  @Test
  void aSenderSeesThatItsStreamIsNotReadAndThatItIsReadAgain() throws Exception {
    local.serve(
        b ->
            b.addService(Raw.service(Raw.BIDI, readsWhenTold()))
                .windows(STREAM_WINDOW, CONNECTION_WINDOW));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.isReady();
    call.start(listener, new Metadata());
    listener.awaitReady();
    int sent = 0;
    while (call.isReady()) {
      call.sendMessage(new byte[1000]);
      assertTrue(++sent < 1000, "it is ready for ever");
    }
    assertTrue(sent * 1000 > STREAM_WINDOW, "only " + sent + " messages");
    ServerCall<byte[], byte[]> server = unread.take();
    assertEquals(0, read.availablePermits());

    server.request(sent);

    assertTrue(read.tryAcquire(sent, 15, TimeUnit.SECONDS), "messages were lost");
    listener.awaitReady();
    assertTrue(call.isReady());
  }

  /** W1. */
  @Test
  void aStreamThatIsNotReadDoesNotBlockOthers() throws Exception {
    local.serve(
        b ->
            b.addService(
                    io.grpc.ServerServiceDefinition.builder("raw")
                        .addMethod(Raw.BIDI, readsWhenTold())
                        .addMethod(Raw.UNARY, Raw.echo())
                        .build())
                .windows(STREAM_WINDOW, CONNECTION_WINDOW));
    ManagedChannel channel = local.channel();
    ClientCall<byte[], byte[]> stuck = channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
    stuck.start(new RecordingListener<>(), new Metadata());
    for (int i = 0; i < 100; i++) {
      stuck.sendMessage(new byte[1000]);
    }

    for (int i = 0; i < 100; i++) {
      RecordingListener<byte[]> other =
          Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, new byte[5000]);
      assertTrue(other.awaitClose().isOk());
      assertEquals(5000, other.messages.get(0).length);
    }
    stuck.cancel("done", null);
  }

  @Test
  void aMessageFarLargerThanTheWindowsArrivesWhole() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())).windows(2048, 4096));
    byte[] large = new byte[1 << 20];
    new Random(1).nextBytes(large);

    RecordingListener<byte[]> call =
        Raw.unary(local.channel(b -> b.windows(2048, 4096)), Raw.UNARY, CallOptions.DEFAULT, large);

    assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
    assertArrayEquals(large, call.messages.get(0));
  }

  @ParameterizedTest
  @ValueSource(ints = {70_001, 200_000, 512 * 1024})
  void largeMessagesArriveAsTheyWereWhereverCreditCutsThem(int window) throws Exception {
    MethodDescriptor<byte[], byte[]> method = Raw.knowingLengths(Raw.BIDI);
    local.serve(b -> b.addService(Raw.service(method, Raw.echo())).windows(window, 3 * window));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call =
        local.channel(b -> b.windows(window, 2 * window)).newCall(method, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.request(1000);
    List<byte[]> sent = new ArrayList<>();
    for (int size : new int[] {1, 65_537, 65_540, 131_072, 131_073, 700_000, 40_000, 1 << 20}) {
      byte[] message = new byte[size];
      new Random(size).nextBytes(message);
      sent.add(message);
      call.sendMessage(message);
      // The others are sent once there is a connection.
      listener.awaitMessages(size == 1 ? 1 : 0);
    }
    call.halfClose();

    assertTrue(listener.awaitClose().isOk(), () -> listener.status.toString());
    assertEquals(sent.size(), listener.messages.size());
    for (int i = 0; i < sent.size(); i++) {
      assertArrayEquals(sent.get(i), listener.messages.get(i));
    }
  }

  @Test
  void theSmallestWindowsSuffice() throws Exception {
    int min = Hello.MIN_WINDOW_BYTES;
    local.serve(b -> b.addService(Raw.service(Raw.BIDI, Raw.echo())).windows(min, min));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call =
        local.channel(b -> b.windows(min, min)).newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.request(1000);
    List<Integer> sizes = List.of(0, 1, 479, 480, 481, 511, 512, 991, 992, 993, 1024, 5000);
    for (int size : sizes) {
      call.sendMessage(new byte[size]);
    }
    call.halfClose();

    assertTrue(listener.awaitClose().isOk(), () -> listener.status.toString());
    assertEquals(sizes, listener.messages.stream().map(message -> message.length).toList());
  }

  @Test
  void messagesOfEverySizeAroundAFrameArrive() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));
    ManagedChannel channel = local.channel();
    int frame = Limits.MAX_FRAME_BYTES;
    for (int size = frame - 40; size <= frame + 40; size++) {
      byte[] message = new byte[size];
      message[size - 1] = 9;
      RecordingListener<byte[]> call = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, message);
      assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
      assertArrayEquals(message, call.messages.get(0));
    }
  }

  /** W6; {@link CreditReturnTest} has the hundred thousand. */
  @Test
  void aThousandCancelledStreamsGiveTheirCreditBack() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    local.serve(
        b ->
            b.addService(
                    io.grpc.ServerServiceDefinition.builder("raw")
                        .addMethod(
                            Raw.BIDI,
                            (call, headers) ->
                                new ServerCall.Listener<byte[]>() {
                                  @Override
                                  public void onCancel() {
                                    closed.incrementAndGet();
                                  }
                                })
                        .addMethod(Raw.UNARY, Raw.echo())
                        .build())
                .windows(STREAM_WINDOW, CONNECTION_WINDOW));
    ManagedChannel channel = local.channel();
    for (int i = 0; i < 1_000; i++) {
      ClientCall<byte[], byte[]> call = channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
      RecordingListener<byte[]> listener = new RecordingListener<>();
      call.start(listener, new Metadata());
      call.sendMessage(new byte[3000 + i]);
      call.sendMessage(new byte[20_000]);
      call.cancel("never mind", null);
      assertEquals(Status.Code.CANCELLED, listener.awaitClose().getCode());
    }

    // A message as large as the window would wait for ever if any credit were missing for good.
    RecordingListener<byte[]> last =
        Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, new byte[10 * CONNECTION_WINDOW]);
    assertTrue(last.awaitClose().isOk(), () -> last.status.toString());
    assertTrue(closed.get() <= 1_000);
  }

  @Test
  void cancelledStreamsOfAServerGiveTheirCreditBack() throws Exception {
    local.serve(
        b ->
            b.addService(
                io.grpc.ServerServiceDefinition.builder("raw")
                    .addMethod(
                        Raw.SERVER_STREAM,
                        CallTest.onMessage(
                            (call, message) -> {
                              call.sendHeaders(new Metadata());
                              for (int i = 0; i < 10; i++) {
                                call.sendMessage(new byte[4000]);
                              }
                            }))
                    .build()));
    ManagedChannel channel = local.channel(b -> b.windows(STREAM_WINDOW, CONNECTION_WINDOW));
    for (int i = 0; i < 200; i++) {
      ClientCall<byte[], byte[]> call = channel.newCall(Raw.SERVER_STREAM, CallOptions.DEFAULT);
      RecordingListener<byte[]> listener = new RecordingListener<>();
      call.start(listener, new Metadata());
      call.request(1);
      call.sendMessage(new byte[0]);
      call.halfClose();
      listener.awaitMessages(1);
      call.cancel("enough", null);
      assertEquals(Status.Code.CANCELLED, listener.awaitClose().getCode());
    }

    // The window would be used up many times over if little of it were missing each time.
    ClientCall<byte[], byte[]> last = channel.newCall(Raw.SERVER_STREAM, CallOptions.DEFAULT);
    RecordingListener<byte[]> listener = new RecordingListener<>();
    last.start(listener, new Metadata());
    last.request(10);
    last.sendMessage(new byte[0]);
    last.halfClose();
    listener.awaitMessages(10);
    last.cancel("done", null);
  }

  @Test
  void aPieceThatComesWithTheHeadersIsPaidForOnceItIsWanted() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel = local.channel(b -> b.windows(2048, 4096));
    RecordingListener<byte[]> call = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    int id = peer.next(FrameType.OPEN).streamId();

    peer.send(
        out -> {
          Frames.headers(out, id, MetadataCodec.EMPTY);
          FrameHeader.put(out, 2016 + 4, id, FrameType.MESSAGE, FrameType.FLAG_MORE);
          out.putInt(3000).put(new byte[2016]);
        });

    RawFrame window = peer.next(FrameType.WINDOW);
    assertEquals(id, window.streamId());
    assertEquals(4096, window.in().getLong());
    assertFalse(call.isClosed());
  }

  @Test
  void bothSidesMayWriteMuchAtOnce() throws Exception {
    int chunk = 64 * 1024;
    int chunks = 64;
    List<Integer> fromClient = new ArrayList<>();
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.BIDI,
                    (call, headers) -> {
                      call.sendHeaders(new Metadata());
                      call.request(chunks);
                      for (int i = 0; i < chunks; i++) {
                        call.sendMessage(new byte[chunk]);
                      }
                      return new ServerCall.Listener<>() {
                        @Override
                        public void onMessage(byte[] message) {
                          fromClient.add(message.length);
                        }

                        @Override
                        public void onHalfClose() {
                          call.close(Status.OK, new Metadata());
                        }
                      };
                    })));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.request(chunks);
    for (int i = 0; i < chunks; i++) {
      call.sendMessage(new byte[chunk]);
    }
    call.halfClose();

    assertTrue(listener.awaitClose().isOk(), () -> listener.status.toString());
    assertEquals(chunks, listener.messages.size());
    assertEquals(chunks, fromClient.size());
  }

  @Test
  void aServerSeesThatItsRepliesAreNotRead() throws Exception {
    BlockingQueue<ServerCall<byte[], byte[]>> calls = new LinkedBlockingQueue<>();
    Semaphore ready = new Semaphore(0);
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.SERVER_STREAM,
                    (call, headers) -> {
                      call.sendHeaders(new Metadata());
                      calls.add(call);
                      return new ServerCall.Listener<>() {
                        @Override
                        public void onReady() {
                          ready.release();
                        }
                      };
                    })));
    ManagedChannel channel = local.channel(b -> b.windows(STREAM_WINDOW, CONNECTION_WINDOW));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = channel.newCall(Raw.SERVER_STREAM, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.sendMessage(new byte[0]);
    call.halfClose();
    ServerCall<byte[], byte[]> server = calls.take();
    assertTrue(ready.tryAcquire(15, TimeUnit.SECONDS), "no first onReady");
    int sent = 0;
    while (server.isReady()) {
      server.sendMessage(new byte[1000]);
      assertTrue(++sent < 1000, "it is ready for ever");
    }
    assertFalse(server.isReady());
    assertEquals(0, listener.messages.size());

    call.request(sent);

    listener.awaitMessages(sent);
    assertTrue(ready.tryAcquire(15, TimeUnit.SECONDS), "no onReady");
    server.close(Status.OK, new Metadata());
    assertTrue(listener.awaitClose().isOk());
  }

  @Test
  void onReadyIsNotHeldUpByMessagesThatNobodyAskedFor() throws Exception {
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.BIDI,
                    (call, headers) -> {
                      call.sendHeaders(new Metadata());
                      call.sendMessage(new byte[1]);
                      call.request(1000);
                      return new ServerCall.Listener<>() {};
                    })));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.isReady();
    call.start(listener, new Metadata());
    listener.awaitReady();
    Local.await("the headers come", () -> listener.headers != null);

    for (int i = 0; i < 5; i++) {
      while (call.isReady()) {
        call.sendMessage(new byte[100_000]);
      }
      listener.awaitReady();
    }

    assertEquals(0, listener.messages.size());
    call.cancel("done", null);
  }
}
