package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The health service of grpc-services. */
final class HealthTest extends OnEachWire {
  private final HealthStatusManager health = new HealthStatusManager();
  private final CountDownLatch watchCancelled = new CountDownLatch(1);
  private Server server;
  private Channel channel;

  @BeforeEach
  void serve() throws Exception {
    server =
        serve(
            b ->
                b.addService(health.getHealthService())
                    .intercept(new OnCancel(watchCancelled::countDown)));
    channel = channelTo(server);
  }

  private ServingStatus check(String service) {
    return HealthGrpc.newBlockingStub(channel).check(request(service)).getStatus();
  }

  private Replies<HealthCheckResponse> watch(String service) {
    Replies<HealthCheckResponse> statuses = new Replies<>();
    HealthGrpc.newStub(channel).watch(request(service), statuses);
    return statuses;
  }

  private static HealthCheckRequest request(String service) {
    return HealthCheckRequest.newBuilder().setService(service).build();
  }

  @Test
  void aCheckTellsTheStatus() {
    assertEquals(ServingStatus.SERVING, check(HealthStatusManager.SERVICE_NAME_ALL_SERVICES));
    health.setStatus("parrot", ServingStatus.NOT_SERVING);
    assertEquals(ServingStatus.NOT_SERVING, check("parrot"));
    health.setStatus("parrot", ServingStatus.SERVING);
    assertEquals(ServingStatus.SERVING, check("parrot"));
  }

  @Test
  void aCheckOfAnUnknownServiceIsNotFound() {
    health.setStatus("parrot", ServingStatus.SERVING);
    health.clearStatus("parrot");

    var e = assertThrows(StatusRuntimeException.class, () -> check("parrot"));

    assertEquals(Status.Code.NOT_FOUND, e.getStatus().getCode());
  }

  @Test
  void aWatchTellsEveryChange() throws Exception {
    Replies<HealthCheckResponse> statuses = watch("parrot");
    assertEquals(ServingStatus.SERVICE_UNKNOWN, statuses.next().getStatus());

    health.setStatus("parrot", ServingStatus.SERVING);
    assertEquals(ServingStatus.SERVING, statuses.next().getStatus());
    health.setStatus("parrot", ServingStatus.NOT_SERVING);
    assertEquals(ServingStatus.NOT_SERVING, statuses.next().getStatus());
    health.clearStatus("parrot");
    assertEquals(ServingStatus.SERVICE_UNKNOWN, statuses.next().getStatus());
  }

  @Test
  void aWatchThatIsCancelledEndsOnBothSides() throws Exception {
    Context.CancellableContext context = Context.current().withCancellation();
    Replies<HealthCheckResponse> statuses = context.call(() -> watch("parrot"));
    statuses.next();

    context.cancel(null);

    assertEquals(Status.Code.CANCELLED, statuses.failure().getCode());
    assertTrue(watchCancelled.await(20, TimeUnit.SECONDS), "the service hears of it");
  }

  @Test
  void aWatchOutlivesOtherCallsAndADrain() throws Exception {
    Replies<HealthCheckResponse> statuses = watch("parrot");
    statuses.next();
    check(HealthStatusManager.SERVICE_NAME_ALL_SERVICES);

    server.shutdown();
    health.setStatus("parrot", ServingStatus.NOT_SERVING);

    assertEquals(ServingStatus.NOT_SERVING, statuses.next().getStatus());
  }

  @Test
  void aWatchEndsWithTheServer() throws Exception {
    Replies<HealthCheckResponse> statuses = watch("parrot");
    statuses.next();

    server.shutdownNow();

    // Over HTTP/2 the reset of the stream may come before the connection's end.
    Set<Status.Code> expected =
        wire.isStrait()
            ? Set.of(Status.Code.UNAVAILABLE)
            : Set.of(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);
    Status end = statuses.failure();
    assertTrue(expected.contains(end.getCode()), end::toString);
  }

  @Test
  void theTerminalStateIsTold() throws Exception {
    health.setStatus("parrot", ServingStatus.SERVING);
    Replies<HealthCheckResponse> statuses = watch("parrot");
    assertEquals(ServingStatus.SERVING, statuses.next().getStatus());

    health.enterTerminalState();
    health.setStatus("parrot", ServingStatus.SERVING);

    assertEquals(ServingStatus.NOT_SERVING, statuses.next().getStatus());
    assertEquals(ServingStatus.NOT_SERVING, check("parrot"));
  }
}
