package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import dev.strait.rpc.IpcChannelBuilder;
import dev.strait.rpc.IpcServerBuilder;
import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every thread that Strait starts is known by its name, is a daemon, and ends. */
final class ThreadsTest {
  @TempDir Path directory;

  private IpcAddress address(String scheme) {
    return IpcAddress.of(
        switch (scheme) {
          case "unix:", "pipe:" -> scheme + directory.resolve("s");
          default -> scheme + "threads-" + ProcessHandle.current().pid();
        });
  }

  /** Answers once the other call has come as well, so that one reader is not enough. */
  private static final class Together extends Parrot {
    private final CountDownLatch both = new CountDownLatch(2);

    @Override
    public void say(Word request, StreamObserver<Word> replies) {
      both.countDown();
      try {
        both.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      super.say(request, replies);
    }
  }

  /** Makes every kind of thread work: readers that user code holds up, deadlines, and the rest. */
  private static void use(IpcServerBuilder serving, IpcChannelBuilder calling, Runnable check)
      throws Exception {
    Server server = serving.directExecutor().addService(new Together()).build().start();
    ManagedChannel channel = calling.directExecutor().build();
    Replies<Word> first = new Replies<>();
    ParrotGrpc.newStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS).say(word(), first);
    assertEquals("a", ParrotGrpc.newBlockingStub(channel).say(word()).getText());
    first.next();
    first.assertCompleted();
    Replies<Word> never = new Replies<>();
    ParrotGrpc.newStub(channel).chat(never);
    check.run();
    channel.shutdownNow();
    assertEquals(Status.Code.UNAVAILABLE, never.failure().getCode());
    server.shutdown();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "the channel ends");
    assertTrue(server.awaitTermination(10, TimeUnit.SECONDS), "the server ends");
  }

  private static Word word() {
    return Parrot.word("a");
  }

  private static Set<Thread> newThreads(Set<Thread> before) {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeAll(before);
    // Those of gRPC's own wire, which other tests in this JVM use, come and go as they like.
    threads.removeIf(thread -> thread.getName().matches("(globalEventExecutor|grpc-).*"));
    return threads;
  }

  @ParameterizedTest
  @ValueSource(strings = {"unix:", "unix-abstract:", "pipe:", "memory:"})
  void everyThreadIsADaemonWithANameAndEnds(String scheme) throws Exception {
    IpcAddress address = address(scheme);
    // What the JDK and JNA start once and for all.
    use(TestBuilders.server(address), TestBuilders.channel(address), () -> {});
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Set<Thread> seen = new HashSet<>();

    use(
        TestBuilders.server(address),
        TestBuilders.channel(address),
        () -> seen.addAll(newThreads(before)));

    assertTrue(seen.size() >= 4, () -> "only " + seen);
    for (Thread thread : seen) {
      assertTrue(thread.getName().startsWith("strait-"), thread::getName);
      assertTrue(thread.isDaemon(), thread::getName);
    }
    assertAllEnd(seen);
  }

  @ParameterizedTest
  @ValueSource(strings = {"unix:", "unix-abstract:", "pipe:", "memory:"})
  void everyThreadIsMadeByTheFactory(String scheme) throws Exception {
    IpcAddress address = address(scheme);
    use(TestBuilders.server(address), TestBuilders.channel(address), () -> {});
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    OwnThreads servers = new OwnThreads();
    OwnThreads channels = new OwnThreads();
    Set<Thread> seen = new HashSet<>();

    use(
        TestBuilders.server(address).threadFactory(servers),
        TestBuilders.channel(address).threadFactory(channels),
        () -> seen.addAll(newThreads(before)));

    Set<Thread> made = new HashSet<>(servers.made());
    made.addAll(channels.made());
    seen.removeAll(made);
    assertEquals(Set.of(), seen, "threads of no factory");
    assertKinds(servers, scheme, "strait-accept", "strait-reader", "strait-watcher");
    assertKinds(channels, scheme, "strait-reader", "strait-timer", "strait-watcher");
    for (Thread thread : made) {
      assertTrue(thread.getName().startsWith("strait-"), thread::getName);
      assertTrue(thread.isDaemon(), thread::getName);
    }
    assertAllEnd(made);
  }

  private static void assertKinds(OwnThreads threads, String scheme, String... kinds) {
    Set<String> found =
        threads.made().stream()
            .map(thread -> thread.getName().split(" ")[0])
            .collect(Collectors.toSet());
    for (String kind : kinds) {
      assertTrue(found.contains(kind), () -> kind + " is not among " + found);
    }
    boolean blocksInLinks = scheme.equals("pipe:") || scheme.equals("unix-abstract:");
    for (String kind : List.of("strait-in", "strait-out")) {
      assertEquals(blocksInLinks, found.contains(kind), found::toString);
    }
  }

  private static void assertAllEnd(Set<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(10));
      assertFalse(thread.isAlive(), () -> thread.getName() + " goes on");
    }
  }
}
