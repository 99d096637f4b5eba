package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls that end in many ways at once end once, on both sides. */
final class TerminalEventTest {
  private static final int CALLS = 3_000;

  @RegisterExtension final QuietLog quiet = new QuietLog();
  @RegisterExtension final Local local = Local.unix();

  private final AtomicInteger handlersBegun = new AtomicInteger();
  private final AtomicInteger handlersEnded = new AtomicInteger();

  @Test
  void everyCallEndsOnceOnBothSidesWhateverEndsIt() throws Exception {
    ExecutorService handlers = Executors.newFixedThreadPool(2);
    local.closing(handlers::shutdownNow);
    local.serve(
        b ->
            b.executor(handlers)
                .addService(
                    Raw.service(
                        Raw.BIDI,
                        (call, headers) -> {
                          handlersBegun.incrementAndGet();
                          call.sendHeaders(new Metadata());
                          call.request(5);
                          return new Ending(call);
                        })));
    ManagedChannel channel = local.channel();
    Random random = new Random(11);
    ExecutorService cancellers = Executors.newFixedThreadPool(2);
    local.closing(cancellers::shutdownNow);
    List<RecordingListener<byte[]>> all = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      RecordingListener<byte[]> listener = new RecordingListener<>();
      CallOptions options =
          random.nextInt(3) == 0
              ? CallOptions.DEFAULT.withDeadlineAfter(random.nextInt(2_000), TimeUnit.MICROSECONDS)
              : CallOptions.DEFAULT;
      start(channel, Raw.BIDI, options, listener, random, cancellers);
      all.add(listener);
      if (i % 50 == 0) {
        listener.awaitClose();
      }
    }

    for (RecordingListener<byte[]> call : all) {
      call.awaitClose();
      assertEquals(1, call.events.stream().filter("close"::equals).count(), call.events::toString);
    }
    Local.await(
        "of " + handlersBegun + " handlers " + handlersEnded + " ended",
        () -> handlersBegun.get() == handlersEnded.get());
    for (RecordingListener<byte[]> call : all) {
      call.assertClosedOnce();
    }
    RecordingListener<byte[]> last = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(last, new Metadata());
    call.sendMessage(new byte[] {0});
    call.halfClose();
    assertTrue(last.awaitClose().isOk(), () -> last.status.toString());
    channel.shutdown();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "a call is still counted");
  }

  private static void start(
      ManagedChannel channel,
      MethodDescriptor<byte[], byte[]> method,
      CallOptions options,
      RecordingListener<byte[]> listener,
      Random random,
      ExecutorService cancellers) {
    ClientCall<byte[], byte[]> call = channel.newCall(method, options);
    call.start(listener, new Metadata());
    call.request(5);
    call.sendMessage(new byte[] {(byte) random.nextInt(4)});
    if (random.nextBoolean()) {
      cancellers.execute(() -> call.cancel("at random", null));
    }
    call.halfClose();
  }

  /** Ends as the first message tells. */
  private final class Ending extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;
    private final AtomicInteger terminal = new AtomicInteger();

    Ending(ServerCall<byte[], byte[]> call) {
      this.call = call;
    }

    @Override
    public void onMessage(byte[] message) {
      switch (message[0]) {
        case 0 -> call.close(Status.OK, new Metadata());
        case 1 -> call.close(Status.ABORTED, new Metadata());
        case 2 -> throw new UnsupportedOperationException("on purpose");
        default -> call.sendMessage(new byte[10_000]);
      }
    }

    @Override
    public void onHalfClose() {
      try {
        call.close(Status.OK, new Metadata());
      } catch (IllegalStateException closed) {
        // By its message.
      }
    }

    @Override
    public void onComplete() {
      end();
    }

    @Override
    public void onCancel() {
      end();
    }

    private void end() {
      // A second end would make the sums differ.
      if (terminal.incrementAndGet() == 1) {
        handlersEnded.incrementAndGet();
      } else {
        handlersEnded.addAndGet(1_000_000);
      }
    }
  }
}
