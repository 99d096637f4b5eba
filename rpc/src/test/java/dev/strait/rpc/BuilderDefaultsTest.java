package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.TestBuilders;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What holds for a call that says nothing itself: its deadline, its authority, its threads. */
final class BuilderDefaultsTest {
  private static final Duration DEFAULT = Duration.ofMinutes(5);

  @RegisterExtension final Local local = Local.memory();

  private final VirtualTime time = new VirtualTime();

  @Test
  void theDefaultDeadlineIsForCallsThatHaveNoneAndWhoseContextHasNone() throws Exception {
    ScriptedPeer.Listening listening = local.listen();
    ManagedChannel channel = local.channel(b -> time.drive(b.defaultDeadline(DEFAULT)));
    RecordingListener<byte[]> plain = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
    ScriptedPeer peer = local.closing(listening.acceptAndGreet());
    assertEquals(DEFAULT.toNanos(), timeoutOf(peer.next(FrameType.OPEN)));

    for (Duration other : new Duration[] {Duration.ofMinutes(1), Duration.ofHours(1)}) {
      CallOptions options = CallOptions.DEFAULT.withDeadline(time.deadlineIn(other));
      Raw.unary(channel, Raw.UNARY, options);
      assertEquals(other.toNanos(), timeoutOf(peer.next(FrameType.OPEN)));
      Context.CancellableContext context =
          Context.current().withDeadline(time.deadlineIn(other), time.scheduler());
      context.run(() -> Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT));
      assertEquals(other.toNanos(), timeoutOf(peer.next(FrameType.OPEN)));
    }

    time.advance(DEFAULT);
    assertEquals(Status.Code.DEADLINE_EXCEEDED, plain.awaitClose().getCode());
  }

  private static long timeoutOf(RawFrame open) {
    assertTrue((open.flags() & FrameType.FLAG_TIMEOUT) != 0, open::toString);
    boolean named = (open.flags() & FrameType.FLAG_METHOD_NAME) != 0;
    return open.in().getLong(named ? 6 + open.in().getShort(4) : 4);
  }

  /** G9: a setting without an end must be one of those that docs/guards.md names. */
  @Test
  void everyLimitIsFiniteByDefaultButHowLongSilenceAndConnectionsMayLast() throws Exception {
    Set<String> endless = new TreeSet<>();
    Set<String> finite = new TreeSet<>();
    Set<String> unset = new TreeSet<>();
    sort(TestBuilders.server(local.address()), "", endless, finite, unset);
    sort(TestBuilders.channel(local.address()), "", endless, finite, unset);

    assertEquals(
        Set.of(
            "keepAlive.timeNanos",
            "retirement.ageNanos",
            "retirement.graceNanos",
            "retirement.idleNanos"),
        endless);
    // All of what everybody has, or half of it.
    assertEquals(Set.of("defaultDeadline", "handlersOfUser", "maxConnectionsOfUser"), unset);
    assertTrue(
        finite.containsAll(
            Set.of(
                "limits.maxMessageBytes",
                "handlers.running",
                "handlers.waiting",
                "maxMessageMemory",
                "transport.maxConnections",
                "handshakeTimeout")),
        finite::toString);
  }

  /** The numbers and times among the fields of a builder, and of the records in them. */
  private static void sort(
      Object of, String prefix, Set<String> endless, Set<String> finite, Set<String> unset)
      throws IllegalAccessException {
    for (Field field : of.getClass().getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        continue;
      }
      field.setAccessible(true);
      Object value = field.get(of);
      String name = prefix + field.getName();
      if (value instanceof Record) {
        sort(value, name + ".", endless, finite, unset);
      } else if (value == null && isALimit(field.getType())) {
        unset.add(name);
      } else if (value instanceof Number number) {
        long bound = value instanceof Integer ? Integer.MAX_VALUE : Long.MAX_VALUE;
        (number.longValue() == bound ? endless : finite).add(name);
      } else if (value instanceof Duration time) {
        (time.toDays() >= 365 ? endless : finite).add(name);
      }
    }
  }

  private static boolean isALimit(Class<?> type) {
    return Number.class.isAssignableFrom(type) || type == Duration.class || type.isRecord();
  }

  @Test
  void theAuthorityOfTheChannelIsWhatItsCallsReport() throws Exception {
    ManagedChannel channel = local.channel(b -> b.overrideAuthority("somebody"));
    assertEquals("somebody", channel.authority());
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    CallCredentials telling =
        new CallCredentials() {
          @Override
          public void applyRequestMetadata(
              RequestInfo request, Executor executor, MetadataApplier applier) {
            told.add(request.getAuthority());
            applier.fail(Status.ABORTED);
          }
        };

    CallOptions options = CallOptions.DEFAULT.withCallCredentials(telling);
    Raw.unary(channel, Raw.UNARY, options).awaitClose();
    Raw.unary(channel, Raw.UNARY, options.withAuthority("the call's")).awaitClose();

    assertEquals("somebody", told.poll());
    assertEquals("the call's", told.poll());
  }

  @Test
  void aDirectExecutorTakesTheExecutorBack() throws Exception {
    ExecutorService pool = Executors.newCachedThreadPool(task -> new Thread(task, "of the pool"));
    local.closing(pool::shutdownNow);
    BlockingQueue<String> handlers = new LinkedBlockingQueue<>();
    BlockingQueue<String> callbacks = new LinkedBlockingQueue<>();
    for (boolean direct : new boolean[] {false, true}) {
      var server =
          local.serve(
              b -> {
                b.executor(pool)
                    .addService(
                        Raw.service(
                            Raw.UNARY,
                            (call, headers) -> {
                              handlers.add(Thread.currentThread().getName());
                              return Raw.echo().startCall(call, headers);
                            }));
                return direct ? b.directExecutor() : b;
              });
      ManagedChannel channel =
          local.channel(b -> direct ? b.executor(pool).directExecutor() : b.executor(pool));
      RecordingListener<byte[]> listener =
          new RecordingListener<>() {
            @Override
            public void onMessage(byte[] message) {
              callbacks.add(Thread.currentThread().getName());
              super.onMessage(message);
            }
          };
      var call = channel.newCall(Raw.UNARY, CallOptions.DEFAULT);
      call.start(listener, new io.grpc.Metadata());
      call.request(2);
      call.sendMessage(new byte[1]);
      call.halfClose();
      assertTrue(listener.awaitClose().isOk(), () -> listener.status.toString());
      server.shutdownNow();
      assertTrue(server.awaitTermination(15, TimeUnit.SECONDS));
      for (BlockingQueue<String> ran : java.util.List.of(handlers, callbacks)) {
        String thread = ran.poll();
        assertNotNull(thread);
        assertEquals(direct, thread.startsWith("strait-"), thread);
        assertEquals(!direct, thread.equals("of the pool"), thread);
      }
    }
  }
}
