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
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A connection that is cut at any byte: each call ends once on both sides, and both agree on what
 * can have happened.
 */
final class CutTest {
  /** More than HELLO and a call take, both ways. */
  private static final int ENOUGH_BYTES = 2_000;

  @RegisterExtension final Local local = Local.memory();

  /** The server's ledger: the ends that each handler was told of, and how often each call came. */
  private final Queue<AtomicInteger> endsOfHandlers = new ConcurrentLinkedQueue<>();

  private final Map<Integer, Integer> received = new ConcurrentHashMap<>();

  @Test
  void aResetAtAnyByteEndsTheCallOnceOnBothSides() throws Exception {
    local.serve(builder -> builder.addService(Raw.service(Raw.UNARY, new CountingEcho())));
    assertTrue(cutAtEveryByte(Faults.NONE::resettingAfter) > 100);
  }

  /** F9. */
  @Test
  void anEndAtAnyByteEndsTheCallOnceOnBothSides() throws Exception {
    local.serve(builder -> builder.addService(Raw.service(Raw.UNARY, new CountingEcho())));
    assertTrue(cutAtEveryByte(Faults.NONE::endingAfter) > 50);
  }

  @Test
  void anEndAtAnyByteOfTheServersEndsTheCallOnceOnBothSides() throws Exception {
    for (int bytes = 0; bytes < ENOUGH_BYTES; bytes++) {
      Faults faults = Faults.NONE.endingAfter(bytes);
      Server server =
          local.serve(
              builder ->
                  builder
                      .transportProvider(new FaultingProvider(TransportProvider.builtIn(), faults))
                      .addService(Raw.service(Raw.UNARY, new CountingEcho())));
      Status status = callOver(Faults.NONE, bytes);
      server.shutdownNow();
      assertTrue(server.awaitTermination(10, TimeUnit.SECONDS));
      if (status.isOk()) {
        assertLedgersAgree(bytes);
        assertTrue(bytes > 50);
        return;
      }
      assertEquals(Status.Code.UNAVAILABLE, status.getCode(), () -> status.toString());
    }
    throw new AssertionError("never undisturbed");
  }

  /** Gives how many bytes it took until the call was not disturbed any more. */
  private int cutAtEveryByte(LongFunction<Faults> cut) throws Exception {
    for (int bytes = 0; bytes < ENOUGH_BYTES; bytes++) {
      Status status = callOver(cut.apply(bytes), bytes);
      if (status.isOk()) {
        assertLedgersAgree(bytes);
        return bytes;
      }
      assertEquals(Status.Code.UNAVAILABLE, status.getCode(), () -> status.toString());
    }
    throw new AssertionError("never undisturbed");
  }

  private void assertLedgersAgree(int answered) throws Exception {
    Local.await(
        "each handler is told of its end",
        () -> endsOfHandlers.stream().allMatch(ends -> ends.get() > 0));
    endsOfHandlers.forEach(ends -> assertEquals(1, ends.get(), "told of its end"));
    assertEquals(1, received.get(answered), "answered without a handler");
    assertEquals(Set.of(1), Set.copyOf(received.values()), "made twice");
  }

  private Status callOver(Faults faults, int id) throws Exception {
    ManagedChannel channel =
        local.channel(
            builder ->
                builder.transportProvider(
                    new FaultingProvider(TransportProvider.builtIn(), faults)));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = channel.newCall(Raw.UNARY, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.request(2);
    call.sendMessage(ByteBuffer.allocate(4).putInt(id).array());
    call.halfClose();
    Status status = listener.awaitClose();
    channel.shutdownNow();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS));
    listener.assertClosedOnce();
    return status;
  }

  /** Counts the calls that reach it, and their ends. */
  private final class CountingEcho implements ServerCallHandler<byte[], byte[]> {
    @Override
    public ServerCall.Listener<byte[]> startCall(
        ServerCall<byte[], byte[]> call, Metadata headers) {
      AtomicInteger ends = new AtomicInteger();
      endsOfHandlers.add(ends);
      call.request(2);
      return new ServerCall.Listener<>() {
        @Override
        public void onMessage(byte[] message) {
          received.merge(ByteBuffer.wrap(message).getInt(), 1, Integer::sum);
          call.sendHeaders(new Metadata());
          call.sendMessage(message);
        }

        @Override
        public void onHalfClose() {
          call.close(Status.OK, new Metadata());
        }

        @Override
        public void onCancel() {
          ends.incrementAndGet();
        }

        @Override
        public void onComplete() {
          ends.incrementAndGet();
        }
      };
    }
  }
}
