package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.strait.compatibility.proto.ParrotGrpc;
import io.grpc.Channel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.util.MutableHandlerRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Services that come and go while the server runs. */
final class RegistryTest extends OnEachWire {
  @Test
  void servicesComeAndGoWhileServing() throws Exception {
    MutableHandlerRegistry registry = new MutableHandlerRegistry();
    AtomicInteger intercepted = new AtomicInteger();
    Server server =
        serve(
            b ->
                b.fallbackHandlerRegistry(registry)
                    .intercept(new OnCall(intercepted::incrementAndGet)));
    Channel channel = channelTo(server);
    assertEquals("Method not found: strait.compatibility.Parrot/Say", missing(channel));
    assertEquals(List.of(), server.getServices());

    ServerServiceDefinition parrot = new Parrot().bindService();
    registry.addService(parrot);
    assertEquals("a", say(channel));
    assertEquals(List.of(parrot), server.getServices());
    assertEquals(List.of(parrot), server.getMutableServices());
    assertEquals(List.of(), server.getImmutableServices());
    assertEquals(1, intercepted.get());

    registry.removeService(parrot);
    assertEquals("Method not found: strait.compatibility.Parrot/Say", missing(channel));
  }

  @Test
  void servicesOfTheBuilderComeFirst() throws Exception {
    MutableHandlerRegistry registry = new MutableHandlerRegistry();
    registry.addService(new ParrotGrpc.ParrotImplBase() {}); // Everything in it is UNIMPLEMENTED.

    assertEquals(
        "a",
        say(channelTo(serve(b -> b.addService(new Parrot()).fallbackHandlerRegistry(registry)))));
  }

  private static String say(Channel channel) {
    return ParrotGrpc.newBlockingStub(channel).say(Parrot.word("a")).getText();
  }

  private static String missing(Channel channel) {
    Status status = assertThrows(StatusRuntimeException.class, () -> say(channel)).getStatus();
    assertEquals(Status.Code.UNIMPLEMENTED, status.getCode());
    return status.getDescription();
  }
}
