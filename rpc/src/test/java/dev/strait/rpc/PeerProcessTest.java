package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.contract.ChildProcess;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The peer is a process, which is killed or stopped. */
@DisabledOnOs(OS.WINDOWS)
final class PeerProcessTest {
  private static final int CALLS = 100;
  private static final int MANY_CALLS = 1_000;
  private static final String READY = "ready";

  @RegisterExtension final Local local = Local.unix();

  private final Ledger ledger = new Ledger();

  /** Serves calls that it never answers, or makes them, until it is killed. */
  static final class Main {
    public static void main(String[] arguments) throws Exception {
      IpcAddress address = IpcAddress.of(arguments[1]);
      if (arguments[0].equals("server")) {
        TestBuilders.server(address)
            .addService(Raw.service(Raw.BIDI, PeerProcessTest::answerFirst))
            .build()
            .start();
      } else {
        ManagedChannel channel = TestBuilders.channel(address).build();
        for (int i = 0; i < CALLS; i++) {
          start(channel, i).awaitMessages(1);
        }
      }
      System.out.println(READY);
      Thread.currentThread().join();
    }
  }

  private static ServerCall.Listener<byte[]> answerFirst(
      ServerCall<byte[], byte[]> call, Metadata headers) {
    call.sendHeaders(new Metadata());
    call.request(1);
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(byte[] message) {
        call.sendMessage(message);
      }
    };
  }

  private static RecordingListener<byte[]> start(ManagedChannel channel, int number) {
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(listener, Ledger.number(number));
    call.request(10);
    call.sendMessage(new byte[1]);
    return listener;
  }

  private ChildProcess child(String role) throws Exception {
    ChildProcess child =
        local.closing(
            ChildProcess.start(
                List.of(),
                System.getProperty("java.class.path"),
                Main.class,
                role,
                local.address().toString()));
    assertEquals(READY, child.readLine());
    return child;
  }

  private static Map<Integer, RecordingListener<byte[]>> startAll(ManagedChannel channel, int count)
      throws InterruptedException {
    Map<Integer, RecordingListener<byte[]>> calls = new HashMap<>();
    for (int i = 0; i < count; i++) {
      calls.put(i, start(channel, i));
    }
    for (RecordingListener<byte[]> call : calls.values()) {
      call.awaitMessages(1);
    }
    return calls;
  }

  /** L1, P3: seen at once, while no timer runs that could find it out. */
  @Test
  void callsEndOnceWhenTheirServerIsKilled() throws Exception {
    ChildProcess server = child("server");
    VirtualTime standsStill = new VirtualTime();
    ManagedChannel channel = local.channel(standsStill::drive);
    Map<Integer, RecordingListener<byte[]>> calls = startAll(channel, MANY_CALLS);

    server.kill();

    for (RecordingListener<byte[]> call : calls.values()) {
      assertEquals(Status.Code.UNAVAILABLE, call.awaitClose().getCode());
      call.assertClosedOnce();
    }
  }

  /** L1, likewise. */
  @Test
  void handlersEndOnceWhenTheirClientIsKilled() throws Exception {
    VirtualTime standsStill = new VirtualTime();
    local.serve(
        b ->
            standsStill
                .drive(b.intercept(ledger))
                .addService(Raw.service(Raw.BIDI, PeerProcessTest::answerFirst)));
    ChildProcess client = child("client");
    assertEquals(CALLS, ledger.begun());
    assertEquals(0, ledger.ended());

    client.kill();

    ledger.awaitEachEndedOnce();
    assertEquals(0, ledger.completed());
  }

  /** L2: a stopped server is found out, and when it goes on it is heard no more. */
  @Test
  void aServerThatWasStoppedAndGoesOnIsFenced() throws Exception {
    ChildProcess server = child("server");
    ManagedChannel channel =
        local.channel(
            b ->
                b.keepAliveTime(100, TimeUnit.MILLISECONDS)
                    .keepAliveTimeout(200, TimeUnit.MILLISECONDS));
    Map<Integer, RecordingListener<byte[]>> calls = startAll(channel, CALLS);

    server.signal("STOP");
    for (RecordingListener<byte[]> call : calls.values()) {
      assertEquals(Status.Code.UNAVAILABLE, call.awaitClose().getCode());
      assertTrue(
          call.status.getDescription().contains("KEEPALIVE_TIMEOUT"), call.status.toString());
    }
    server.signal("CONT");

    // It serves again, on another connection, and of the first one nothing more is heard.
    RecordingListener<byte[]> next = start(channel, CALLS);
    next.awaitMessages(1);
    assertFalse(next.isClosed());
    for (RecordingListener<byte[]> call : calls.values()) {
      call.assertClosedOnce();
      assertEquals(1, call.messages.size());
    }
  }

  /** L2: the other way round. */
  @Test
  void aClientThatWasStoppedIsFoundOut() throws Exception {
    local.serve(
        b ->
            b.intercept(ledger)
                .addService(Raw.service(Raw.BIDI, PeerProcessTest::answerFirst))
                .keepAliveTime(100, TimeUnit.MILLISECONDS)
                .keepAliveTimeout(200, TimeUnit.MILLISECONDS));
    ChildProcess client = child("client");
    client.signal("STOP");

    ledger.awaitEachEndedOnce();

    client.signal("CONT");
    assertEquals(CALLS, ledger.begun());
    assertEquals(0, ledger.completed());
  }
}
