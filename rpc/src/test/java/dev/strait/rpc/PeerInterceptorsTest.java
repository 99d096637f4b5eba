package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.transport.PeerCredentials;
import dev.strait.transport.PeerPolicy;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who may call which service, and to whom a call may go. */
final class PeerInterceptorsTest {
  @RegisterExtension final Local local = Local.unix();
  @RegisterExtension final Local pipes = Local.pipe();

  private static final PeerPolicy NOBODY = PeerPolicy.uids(4_000_000_000L);

  @Test
  void oneServiceIsForOneUserAndAnotherForAll() throws Exception {
    local.serve(
        b ->
            b.addService(
                    ServerInterceptors.intercept(
                        new EchoService(), PeerInterceptors.callersMustBe(NOBODY)))
                .addService(Raw.service(Raw.UNARY, CallTest.onMessage((call, m) -> {}))));
    ManagedChannel channel = local.channel();

    Status refused = echo(channel);
    RecordingListener<byte[]> other =
        Raw.unary(
            channel,
            Raw.method("Unknown", io.grpc.MethodDescriptor.MethodType.UNARY),
            CallOptions.DEFAULT);

    assertEquals(Status.Code.PERMISSION_DENIED, refused.getCode());
    assertTrue(
        refused.getDescription().contains("one of the uids [4000000000]"), refused::toString);
    assertTrue(refused.getDescription().contains("the caller is uid="), refused::toString);
    assertEquals(Status.Code.UNIMPLEMENTED, other.awaitClose().getCode());
  }

  @Test
  void thoseWhoAreAllowedMayCallByUidGidOrPredicate() throws Exception {
    AtomicReference<PeerCredentials> seen = new AtomicReference<>();
    PeerPolicy remembering =
        PeerPolicy.matching("whoever was seen", peer -> peer.equals(seen.updateAndGet(s -> peer)));
    local.serve(
        b ->
            b.addService(new EchoService()).intercept(PeerInterceptors.callersMustBe(remembering)));
    ManagedChannel channel = local.channel();
    assertEquals(Status.Code.OK, echo(channel).getCode());
    PeerCredentials us = seen.get();
    assertNotNull(us);

    for (PeerPolicy policy : List.of(PeerPolicy.uids(us.uid()), PeerPolicy.gids(us.gid()))) {
      assertEquals(
          Status.Code.OK,
          echo(io.grpc.ClientInterceptors.intercept(channel, PeerInterceptors.serverMustBe(policy)))
              .getCode());
    }
  }

  @Test
  void aCallIsNotSentToAServerThatItIsNotFor() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel = local.channel();
    Channel guarded =
        io.grpc.ClientInterceptors.intercept(channel, PeerInterceptors.serverMustBe(NOBODY));
    RecordingListener<byte[]> refused = Raw.unary(guarded, Raw.UNARY, CallOptions.DEFAULT);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());

    assertEquals(Status.Code.PERMISSION_DENIED, refused.awaitClose().getCode());
    assertTrue(refused.status.getDescription().contains("the server is uid="));
    // The first call that the server sees is another one, which is its first stream.
    Raw.unary(channel, Raw.BIDI, CallOptions.DEFAULT);
    assertEquals(1, peer.next(FrameType.OPEN).streamId());
  }

  @Test
  void ofSeveralPoliciesAllMustAllowTheServer() throws Exception {
    local.serve(b -> b.addService(new EchoService()));
    ManagedChannel channel = local.channel();
    var everybody = PeerInterceptors.serverMustBe(PeerPolicy.sameUserOrRoot());
    var nobody = PeerInterceptors.serverMustBe(NOBODY);

    for (var order : List.of(List.of(everybody, nobody), List.of(nobody, everybody))) {
      Channel guarded = io.grpc.ClientInterceptors.intercept(channel, order);
      assertEquals(Status.Code.PERMISSION_DENIED, echo(guarded).getCode());
    }
  }

  @Test
  void whereThereIsNoIdentityNobodyPasses() throws Exception {
    pipes.serve(
        b ->
            b.addService(
                ServerInterceptors.intercept(
                    new EchoService(),
                    PeerInterceptors.callersMustBe(PeerPolicy.sameUserOrRoot()))));
    ManagedChannel channel = pipes.channel();

    assertEquals(Status.Code.UNAUTHENTICATED, echo(channel).getCode());
    Channel guarded =
        io.grpc.ClientInterceptors.intercept(
            channel, PeerInterceptors.serverMustBe(PeerPolicy.sameUserOrRoot()));
    assertEquals(Status.Code.UNAUTHENTICATED, echo(guarded).getCode());
  }

  private static Status echo(Channel channel) {
    try {
      EchoGrpc.newBlockingStub(channel).unary(EchoRequest.getDefaultInstance());
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }
}
