package dev.strait.benchmarks.profile;

import com.google.protobuf.ByteString;
import dev.strait.benchmarks.calls.CallServer;
import dev.strait.benchmarks.calls.Contender;
import dev.strait.benchmarks.proto.Payload;
import dev.strait.benchmarks.server.ServerProcess;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server in a process of its own and a channel to it, both warm. */
final class CallPair implements AutoCloseable {
  private static final Payload PAYLOAD = payload(64);

  private static final long LONGEST_WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final ServerProcess process;
  private final ManagedChannel channel;
  private final CallSide client;
  private final CallSide server;

  /** Lives as long as this, since what a thread allocated is forgotten with it. */
  private final ExecutorService caller =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "caller");
            thread.setDaemon(true);
            return thread;
          });

  private CallPair(
      ServerProcess process, ManagedChannel channel, CallSide client, CallSide server) {
    this.process = process;
    this.channel = channel;
    this.client = client;
    this.server = server;
  }

  static CallPair start(Contender contender) throws IOException {
    ServerProcess process = ServerProcess.start(CallServer.class, contender.label());
    ManagedChannel channel = null;
    try {
      channel = contender.channel(process.address()).build();
      return new CallPair(
          process, channel, CallSide.ofThisProcess(), CallSide.ofChild(process.pid()));
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        channel.shutdownNow();
      }
      process.close();
      throw e;
    }
  }

  static Payload payload(int bytes) {
    return Payload.newBuilder().setData(ByteString.copyFrom(new byte[bytes])).build();
  }

  /**
   * Makes calls of every kind, then those of {@code pattern}, which are measured next.
   *
   * @param calls as many of the fast kinds as let the compiler come to an end
   */
  void warmUp(CallPattern pattern, int calls) throws IOException, InterruptedException {
    repeat(CallPattern.INFLIGHT, calls);
    repeat(CallPattern.CLOSED, calls);
    if (pattern == CallPattern.PACED) {
      run(pattern, Math.max(1, calls / 300));
    } else {
      repeat(pattern, calls / 2);
    }
  }

  /** Slow contenders are given less of it. */
  private void repeat(CallPattern pattern, int calls) throws IOException, InterruptedException {
    int step = Math.max(1, calls / 60);
    long start = System.nanoTime();
    for (int i = 0; i < calls && System.nanoTime() - start < LONGEST_WARM_UP_NANOS; i += step) {
      run(pattern, step);
    }
  }

  void run(CallPattern pattern, int calls) throws IOException, InterruptedException {
    run(() -> pattern.run(channel, PAYLOAD, calls));
  }

  /** Runs {@code load} in a thread of its own, so that this one's doings are not counted. */
  void run(Load load) throws IOException, InterruptedException {
    Future<?> running =
        caller.submit(
            () -> {
              load.run();
              return null;
            });
    try {
      while (!running.isDone()) {
        awaitALittle(running);
        client.look();
        server.look();
      }
      running.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a call failed", e.getCause());
    }
  }

  /** For less than a thread that Strait holds in reserve lives: none may end unseen. */
  private static void awaitALittle(Future<?> running)
      throws InterruptedException, ExecutionException {
    try {
      running.get(400, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // It goes on.
    }
  }

  /** Makes calls. */
  interface Load {
    void run() throws InterruptedException;
  }

  ManagedChannel channel() {
    return channel;
  }

  CallSide client() {
    return client;
  }

  CallSide server() {
    return server;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    caller.shutdownNow();
    server.close();
    channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    process.close();
  }
}
