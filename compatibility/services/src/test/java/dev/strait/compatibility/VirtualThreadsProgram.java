package dev.strait.compatibility;

import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Makes calls from as many virtual threads at once, to handlers on virtual threads that all wait
 * until all have begun. Prints how many were answered, and which of Strait's frames pinned a
 * carrier, but for the loading of classes, which is the JVM's. Its arguments: the address, how many
 * calls, and a file for the recording.
 */
final class VirtualThreadsProgram {
  private static final String PINNED = "jdk.VirtualThreadPinned";

  private VirtualThreadsProgram() {}

  public static void main(String[] args) throws Exception {
    IpcAddress address = IpcAddress.of(args[0]);
    int calls = Integer.parseInt(args[1]);
    Path file = Path.of(args[2]);
    // Loading a class pins whoever needs it first.
    answered(address, 100);
    try (Recording recording = new Recording()) {
      recording.enable(PINNED).withoutThreshold().withStackTrace();
      recording.start();
      System.out.println("answered " + answered(address, calls));
      recording.stop();
      recording.dump(file);
    }
    int pinned = 0;
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getEventType().getName().equals(PINNED) && isOfStrait(event)) {
        System.out.println(event);
        pinned++;
      }
    }
    System.out.println("pinned " + pinned);
  }

  private static int answered(IpcAddress address, int calls) throws Exception {
    ExecutorService handlers = virtualThreads();
    ExecutorService callers = virtualThreads();
    Server server =
        TestBuilders.server(address)
            .executor(handlers)
            .maxRunningHandlers(calls, 0)
            .maxConcurrentCallsPerConnection(calls)
            .addService(new Together(calls))
            .build()
            .start();
    ManagedChannel channel = TestBuilders.channel(address).build();
    ParrotGrpc.ParrotBlockingStub stub = ParrotGrpc.newBlockingStub(channel);
    List<Future<String>> answers = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      Word word = Parrot.word("word " + i);
      answers.add(callers.submit(() -> stub.say(word).getText()));
    }
    int answered = 0;
    for (int i = 0; i < calls; i++) {
      answered += answers.get(i).get().equals("word " + i) ? 1 : 0;
    }
    channel.shutdown().awaitTermination(20, TimeUnit.SECONDS);
    server.shutdown().awaitTermination(20, TimeUnit.SECONDS);
    callers.shutdown();
    handlers.shutdown();
    return answered;
  }

  /** Answers once so many calls are being handled at the same time. */
  private static final class Together extends ParrotGrpc.ParrotImplBase {
    private final CountDownLatch all;

    Together(int calls) {
      all = new CountDownLatch(calls);
    }

    @Override
    public void say(Word request, StreamObserver<Word> replies) {
      all.countDown();
      try {
        all.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      replies.onNext(request);
      replies.onCompleted();
    }
  }

  private static boolean isOfStrait(RecordedEvent event) {
    if (event.getStackTrace() == null) {
      return true;
    }
    List<String> types =
        event.getStackTrace().getFrames().stream()
            .map(RecordedFrame::getMethod)
            .map(method -> method.getType().getName())
            .toList();
    return types.stream().noneMatch("java.lang.ClassLoader"::equals)
        && types.stream()
            .anyMatch(name -> name.matches("dev\\.strait\\.(rpc|framing|transport)\\..*"));
  }

  /** Compiled for Java 17, which has none. */
  private static ExecutorService virtualThreads() throws ReflectiveOperationException {
    return (ExecutorService)
        Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
  }
}
