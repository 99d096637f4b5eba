package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.contract.TestThread;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * G5: a client that behaves well, beside one that attacks. None of its calls fails; and at night
 * its p99 is compared with that beside a neighbour who only calls as often as it can.
 */
final class VictimTest {
  private static final int FEW_CALLS = 300;
  private static final int MANY_CALLS = 5_000;
  private static final int TRIES = 10;
  private static final double MOST = 5;

  @RegisterExtension final QuietLog quiet = new QuietLog();
  @RegisterExtension final Local local = Local.unix();

  /** What is done to the server in the meantime, over and over. */
  private interface Neighbour {
    /** Does it once, or for as long as the server permits. */
    void act(IpcAddress server, BooleanSupplier over) throws Exception;
  }

  private enum Attack implements Neighbour {
    /** H1. */
    SILENT_CONNECTIONS {
      @Override
      public void act(IpcAddress server, BooleanSupplier over) throws IOException {
        List<ScriptedPeer> peers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          peers.add(ScriptedPeer.connect(server));
        }
        peers.forEach(ScriptedPeer::close);
      }
    },
    /** H6. */
    ABORTED_HANDSHAKES {
      @Override
      public void act(IpcAddress server, BooleanSupplier over) throws IOException {
        try (ScriptedPeer peer = ScriptedPeer.connect(server)) {
          peer.sendHeader(40, 0, FrameType.HELLO, 0);
        }
      }
    },
    /** F1. */
    FRAMES_TOO_LARGE {
      @Override
      public void act(IpcAddress server, BooleanSupplier over) throws IOException {
        try (ScriptedPeer peer = ScriptedPeer.greet(server)) {
          peer.sendHeader(1 << 23, 1, FrameType.MESSAGE, 0);
          peer.skipToEnd();
        }
      }
    },
    /** F6. */
    TOO_MUCH_METADATA {
      @Override
      public void act(IpcAddress server, BooleanSupplier over) throws IOException {
        byte[] data = new Data().u32(0).text("raw/Unary").u16(0).entries(2_000, 2_000).toBytes();
        try (ScriptedPeer peer = ScriptedPeer.greet(server)) {
          for (int id = 1; !over.getAsBoolean(); id += 2) {
            peer.send(id, FrameType.OPEN, FrameType.FLAG_METHOD_NAME, data);
            peer.nextButWindow();
          }
        }
      }
    },
    /** F7. */
    FRAMES_THAT_SAY_NOTHING {
      @Override
      public void act(IpcAddress server, BooleanSupplier over) throws IOException {
        try (ScriptedPeer peer = ScriptedPeer.greet(server)) {
          byte[] frame = ScriptedPeer.frame(0, 0x80, 0, new byte[0]);
          for (int i = 0; i < 1_001; i++) {
            peer.sendBytes(frame);
          }
          peer.skipToEnd();
        }
      }
    },
    /** S5. */
    RAPID_RESET {
      @Override
      public void act(IpcAddress server, BooleanSupplier over) throws IOException {
        try (ScriptedPeer peer = ScriptedPeer.greet(server)) {
          for (int i = 0; !over.getAsBoolean(); i++) {
            int id = 1 + 2 * i;
            peer.open(id, "raw/Unary", 0);
            peer.send(out -> Frames.cancel(out, id, CancelCode.CANCELLED, ""));
          }
        }
      }
    },
    /** L3. */
    PINGS {
      @Override
      public void act(IpcAddress server, BooleanSupplier over) throws IOException {
        try (ScriptedPeer peer = ScriptedPeer.greet(server)) {
          for (int i = 0; i < 4; i++) {
            peer.send(out -> Frames.ping(out, 1, false));
          }
          peer.skipToEnd();
        }
      }
    },
    /** F8. */
    UNKNOWN_METHODS {
      @Override
      public void act(IpcAddress server, BooleanSupplier over) throws IOException {
        try (ScriptedPeer peer = ScriptedPeer.greet(server)) {
          for (int id = 1; !over.getAsBoolean(); id += 2) {
            peer.unary(id, "s/" + id);
            peer.nextButWindow();
          }
        }
      }
    };
  }

  @BeforeEach
  void serve() throws Exception {
    local.serve(
        b -> b.addService(new EchoService()).addService(Raw.service(Raw.UNARY, Raw.echo())));
  }

  @Test
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void noCallFailsBesideAnyAttack() throws Exception {
    EchoGrpc.EchoBlockingStub victim = EchoGrpc.newBlockingStub(local.channel());
    for (Attack attack : Attack.values()) {
      p99Micros(victim, attack, FEW_CALLS);
    }
  }

  @Test
  @Tag("nightly")
  @Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void noAttackCostsMoreThanANeighbourWhoIsOnlyBusy() throws Exception {
    ManagedChannel other = local.channel();
    Neighbour busy =
        (server, over) -> {
          while (!over.getAsBoolean()) {
            Raw.unary(other, Raw.UNARY, CallOptions.DEFAULT, (byte) 1).awaitClose();
          }
        };
    EchoGrpc.EchoBlockingStub victim = EchoGrpc.newBlockingStub(local.channel());
    p99Micros(victim, busy, MANY_CALLS);
    double alone = p99Micros(victim, (server, over) -> Thread.sleep(10), MANY_CALLS);
    Map<Attack, Double> ratios = new EnumMap<>(Attack.class);
    for (Attack attack : Attack.values()) {
      double ratio = Double.MAX_VALUE;
      // The machine may be busy with something else for a while.
      for (int i = 0; i < TRIES && ratio > MOST; i++) {
        double baseline = p99Micros(victim, busy, MANY_CALLS);
        ratio = Math.min(ratio, p99Micros(victim, attack, MANY_CALLS) / baseline);
        System.out.printf(
            "G5 %s: p99 is %.2f times that beside a busy neighbour, which is %.0f us; alone %.0f%n",
            attack, ratio, baseline, alone);
      }
      ratios.put(attack, ratio);
    }
    assertTrue(ratios.values().stream().allMatch(ratio -> ratio <= MOST), ratios::toString);
  }

  /** Of the victim's calls, while the neighbour acts; none of them fails. */
  private double p99Micros(EchoGrpc.EchoBlockingStub victim, Neighbour neighbour, int calls)
      throws Exception {
    EchoRequest request = EchoRequest.newBuilder().setText("x").build();
    long[] nanos = new long[calls];
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch acts = new CountDownLatch(1);
    TestThread acting =
        TestThread.run(
            () -> {
              while (!over.get()) {
                acts.countDown();
                neighbour.act(local.address(), over::get);
              }
            });
    Local.await(acts);
    for (int i = 0; i < calls; i++) {
      long start = System.nanoTime();
      victim.withDeadlineAfter(20, TimeUnit.SECONDS).unary(request);
      nanos[i] = System.nanoTime() - start;
    }
    over.set(true);
    acting.finish();
    Arrays.sort(nanos);
    return nanos[calls * 99 / 100] / 1_000.0;
  }
}
