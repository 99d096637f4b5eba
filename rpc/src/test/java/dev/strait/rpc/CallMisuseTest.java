package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.contract.TestThread;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** S8: calls that are closed twice, never, or by whoever comes along. */
final class CallMisuseTest {
  private static final int RACES = 500;

  @RegisterExtension final Local local = Local.memory();

  private final Ledger ledger = new Ledger();
  private final Map<Integer, RecordingListener<byte[]>> calls = new ConcurrentHashMap<>();
  private final BlockingQueue<ServerCall<byte[], byte[]>> open = new LinkedBlockingQueue<>();
  private ManagedChannel channel;

  @BeforeEach
  void serve() throws Exception {
    local.serve(b -> b.intercept(ledger).addService(Raw.service(Raw.BIDI, keep())));
    channel = local.channel();
  }

  private ServerCallHandler<byte[], byte[]> keep() {
    return (call, headers) -> {
      open.add(call);
      return new ServerCall.Listener<>() {};
    };
  }

  private ClientCall<byte[], byte[]> start() {
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
    int number = calls.size();
    calls.put(number, listener);
    call.start(listener, Ledger.number(number));
    return call;
  }

  private ServerCall<byte[], byte[]> nextOfServer() throws InterruptedException {
    return open.poll(15, TimeUnit.SECONDS);
  }

  @Test
  void theFirstCloseOfAHandlerCounts() throws Exception {
    start();
    ServerCall<byte[], byte[]> call = nextOfServer();

    call.close(Status.ABORTED, new Metadata());
    assertThrows(IllegalStateException.class, () -> call.close(Status.OK, new Metadata()));
    assertThrows(IllegalStateException.class, () -> call.sendHeaders(new Metadata()));
    assertThrows(IllegalStateException.class, () -> call.sendMessage(new byte[1]));

    ledger.assertAgreesWith(calls);
    assertEquals(Status.Code.ABORTED, calls.get(0).status.getCode());
  }

  @Test
  void aHandlerThatNeverClosesEndsWithItsCallerAndNotBefore() throws Exception {
    ClientCall<byte[], byte[]> call = start();
    call.halfClose();
    ServerCall<byte[], byte[]> never = nextOfServer();
    assertEquals(0, ledger.ended());

    channel.shutdownNow();

    ledger.assertAgreesWith(calls);
    assertTrue(never.isCancelled());
    // What it says from now on reaches nobody and harms nobody.
    never.sendHeaders(new Metadata());
    never.sendMessage(new byte[1]);
    never.close(Status.OK, new Metadata());
    ledger.awaitEachEndedOnce();
    assertEquals(0, ledger.completed());
  }

  @Test
  void twoThreadsThatCloseACallAtOnceCloseItOnce() throws Exception {
    CyclicBarrier together = new CyclicBarrier(2);
    BlockingQueue<ServerCall<byte[], byte[]>> shared = new LinkedBlockingQueue<>();
    TestThread other =
        TestThread.run(
            () -> {
              for (int i = 0; i < RACES; i++) {
                ServerCall<byte[], byte[]> call = shared.take();
                together.await(15, TimeUnit.SECONDS);
                closeOrBeLate(call, Status.ABORTED);
              }
            });
    for (int i = 0; i < RACES; i++) {
      start();
      ServerCall<byte[], byte[]> call = nextOfServer();
      shared.add(call);
      together.await(15, TimeUnit.SECONDS);
      closeOrBeLate(call, Status.CANCELLED);
    }
    other.finish();

    ledger.assertAgreesWith(calls);
    assertEquals(RACES, ledger.begun());
  }

  private static void closeOrBeLate(ServerCall<?, ?> call, Status status) {
    try {
      call.close(status, new Metadata());
    } catch (IllegalStateException late) {
      // The other one was first.
    }
  }

  @Test
  void aCallerThatMisusesItsCallIsToldAndTheCallGoesOn() throws Exception {
    ClientCall<byte[], byte[]> call = channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
    assertThrows(IllegalStateException.class, () -> call.sendMessage(new byte[1]));
    assertThrows(IllegalStateException.class, call::halfClose);
    RecordingListener<byte[]> listener = new RecordingListener<>();
    calls.put(0, listener);
    call.start(listener, Ledger.number(0));
    assertThrows(IllegalStateException.class, () -> call.start(listener, Ledger.number(0)));
    assertThrows(IllegalArgumentException.class, () -> call.request(-1));
    call.halfClose();
    assertThrows(IllegalStateException.class, call::halfClose);
    assertThrows(IllegalStateException.class, () -> call.sendMessage(new byte[1]));

    nextOfServer().close(Status.OK, new Metadata());

    ledger.assertAgreesWith(calls);
    assertTrue(calls.get(0).status.isOk(), () -> calls.get(0).status.toString());
    call.cancel("late", null);
    call.cancel("later", null);
    call.request(1);
    ledger.assertAgreesWith(calls);
  }

  @Test
  void threadsThatAreNotTheCallsMayEndIt() throws Exception {
    for (int i = 0; i < RACES; i++) {
      ClientCall<byte[], byte[]> call = start();
      TestThread halfCloses = TestThread.run(call::halfClose);
      TestThread cancels = TestThread.run(() -> call.cancel("from elsewhere", null));
      halfCloses.finish();
      cancels.finish();
    }

    ledger.assertAgreesWith(calls);
  }
}
