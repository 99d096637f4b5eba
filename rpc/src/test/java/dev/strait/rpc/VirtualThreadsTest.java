package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.transport.Ticker;
import dev.strait.transport.WaitStrategy;
import io.grpc.ManagedChannel;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A blocking caller spins for its reply where there are two cores, but never on a virtual thread:
 * its carrier has others.
 */
final class VirtualThreadsTest {
  @RegisterExtension final Local local = Local.memory();

  private static ThreadFactory virtualThreads() throws ReflectiveOperationException {
    boolean exist = Runtime.version().feature() >= 21;
    if (!exist) {
      System.out.println("SKIPPED: there are no virtual threads before Java 21");
    }
    assumeTrue(exist, "needs Java 21");
    // Compiled for Java 17.
    Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
    return (ThreadFactory)
        Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
  }

  private static <T> T on(ThreadFactory threads, java.util.concurrent.Callable<T> task)
      throws Exception {
    FutureTask<T> result = new FutureTask<>(task);
    threads.newThread(result).start();
    return result.get(15, TimeUnit.SECONDS);
  }

  /** How often the caller's own reading looked at the clock, which it does whenever it spins. */
  private int looksAtTheClock(ThreadFactory callers) throws Exception {
    AtomicInteger looks = new AtomicInteger();
    StackWalker walker = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    Ticker counting =
        () -> {
          if (walker.walk(s -> s.anyMatch(f -> f.getDeclaringClass() == CallerReading.class))) {
            looks.incrementAndGet();
          }
          return Ticker.system().nanoTime();
        };
    var server = local.serveEcho();
    ManagedChannel channel =
        local.channel(b -> b.ticker(counting).waitStrategy(WaitStrategy.adaptive()));
    EchoRequest request = EchoRequest.newBuilder().setText("x").build();
    for (int i = 0; i < 100; i++) {
      assertEquals(
          "x", on(callers, () -> EchoGrpc.newBlockingStub(channel).unary(request)).getText());
    }
    channel.shutdownNow();
    server.shutdownNow();
    assertTrue(server.awaitTermination(15, TimeUnit.SECONDS));
    return looks.get();
  }

  @Test
  void aBlockingCallerOnAPlatformThreadSpinsUnlessThereIsOneCore() throws Exception {
    boolean several = Runtime.getRuntime().availableProcessors() > 1;
    assertEquals(several, looksAtTheClock(Thread::new) > 0);
  }

  @Test
  void aBlockingCallerOnAVirtualThreadNeverDoes() throws Exception {
    assertEquals(0, looksAtTheClock(virtualThreads()));
  }

  @Test
  void virtualThreadsAreRecognised() throws Exception {
    assertTrue(on(virtualThreads(), VirtualThreads::isCurrent));
  }

  @Test
  void platformThreadsAreNotTakenForVirtualOnes() throws Exception {
    assertFalse(on(Thread::new, VirtualThreads::isCurrent));
    // Of a class that its user wrote.
    assertFalse(on(task -> new Thread(task) {}, VirtualThreads::isCurrent));
  }
}
