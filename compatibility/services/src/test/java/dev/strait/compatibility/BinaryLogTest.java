package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.MessageLite;
import dev.strait.compatibility.proto.ParrotGrpc;
import io.grpc.BinaryLog;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ServerServiceDefinition;
import io.grpc.binarylog.v1.GrpcLogEntry;
import io.grpc.binarylog.v1.GrpcLogEntry.EventType;
import io.grpc.binarylog.v1.GrpcLogEntry.Logger;
import io.grpc.protobuf.services.BinaryLogSink;
import io.grpc.protobuf.services.BinaryLogs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The binary log of grpc-services, set on a builder or wrapped around a channel or service. */
final class BinaryLogTest extends OnEachWire {
  private static final List<EventType> UNARY_CALL =
      List.of(
          EventType.EVENT_TYPE_CLIENT_HEADER,
          EventType.EVENT_TYPE_CLIENT_MESSAGE,
          EventType.EVENT_TYPE_CLIENT_HALF_CLOSE,
          EventType.EVENT_TYPE_SERVER_HEADER,
          EventType.EVENT_TYPE_SERVER_MESSAGE,
          EventType.EVENT_TYPE_SERVER_TRAILER);

  private final Sink sink = new Sink();
  private final BinaryLog log = newLog();

  private BinaryLog newLog() {
    try {
      return BinaryLogs.createBinaryLog(sink, "*");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void closeLog() throws IOException {
    log.close();
  }

  @Test
  void theBuilderOfAServerTakesIt() throws Exception {
    call(channelTo(serve(b -> b.addService(new Parrot()).setBinaryLog(log))));

    assertEquals(UNARY_CALL, sink.events(Logger.LOGGER_SERVER, 6));
  }

  @Test
  void theBuilderOfAChannelTakesIt() throws Exception {
    call(channelTo(serve(new Parrot()), b -> b.setBinaryLog(log)));

    assertEquals(UNARY_CALL, sink.events(Logger.LOGGER_CLIENT, 6));
  }

  @Test
  void itLogsTheCallsOfAChannelThatItWraps() throws Exception {
    call(log.wrapChannel(channelTo(new Parrot())));

    assertEquals(UNARY_CALL, sink.events(Logger.LOGGER_CLIENT, 6));
  }

  @Test
  void itLogsTheCallsOfAServiceWhoseMethodsItWraps() throws Exception {
    ServerServiceDefinition logged = logged(new Parrot());
    call(channelTo(serve(b -> b.addService(logged))));

    assertEquals(UNARY_CALL, sink.events(Logger.LOGGER_SERVER, 6));
  }

  private static void call(Channel channel) {
    assertEquals("hi", ParrotGrpc.newBlockingStub(channel).say(Parrot.word("hi")).getText());
  }

  private ServerServiceDefinition logged(BindableService service) {
    ServerServiceDefinition plain = service.bindService();
    var logged = ServerServiceDefinition.builder(plain.getServiceDescriptor().getName());
    plain.getMethods().forEach(method -> logged.addMethod(log.wrapMethodDefinition(method)));
    return logged.build();
  }

  private static final class Sink implements BinaryLogSink {
    private final BlockingQueue<GrpcLogEntry> entries = new LinkedBlockingQueue<>();

    @Override
    public void write(MessageLite message) {
      entries.add((GrpcLogEntry) message);
    }

    @Override
    public void close() {}

    List<EventType> events(Logger side, int count) throws InterruptedException {
      List<EventType> events = new ArrayList<>();
      while (events.size() < count) {
        GrpcLogEntry entry = entries.poll(20, TimeUnit.SECONDS);
        assertEquals(side, entry.getLogger());
        events.add(entry.getType());
      }
      assertEquals(0, entries.size());
      return events;
    }
  }
}
