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
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();

  /** The server's ledger: how often the call with this id came. */
  private final Map<Integer, Integer> received = new ConcurrentHashMap<>();

  @Test
  void aResetAtAnyByteEndsTheCallOnceOnBothSides() throws Exception {
    assertTrue(cutAtEveryByte(Faults.NONE::resettingAfter) > 100);
  }

  @Test
  void anEndAtAnyByteEndsTheCallOnceOnBothSides() throws Exception {
    assertTrue(cutAtEveryByte(Faults.NONE::endingAfter) > 50);
  }

  /** Gives how many bytes it took until the call was not disturbed any more. */
  private int cutAtEveryByte(LongFunction<Faults> cut) throws Exception {
    local.serve(builder -> builder.addService(Raw.service(Raw.UNARY, new CountingEcho())));
    for (int bytes = 0; bytes < ENOUGH_BYTES; bytes++) {
      Status status = callOver(cut.apply(bytes), bytes);
      if (status.isOk()) {
        Local.await("handlers end", () -> ended.get() == begun.get());
        assertEquals(1, received.get(bytes), "answered without a handler");
        assertEquals(Set.of(1), Set.copyOf(received.values()), "made twice");
        return bytes;
      }
      assertEquals(Status.Code.UNAVAILABLE, status.getCode(), () -> status.toString());
    }
    throw new AssertionError("never undisturbed");
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
    return status;
  }

  /** Counts the calls that reach it, and their ends. */
  private final class CountingEcho implements ServerCallHandler<byte[], byte[]> {
    @Override
    public ServerCall.Listener<byte[]> startCall(
        ServerCall<byte[], byte[]> call, Metadata headers) {
      begun.incrementAndGet();
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
          ended.incrementAndGet();
        }

        @Override
        public void onComplete() {
          ended.incrementAndGet();
        }
      };
    }
  }
}
