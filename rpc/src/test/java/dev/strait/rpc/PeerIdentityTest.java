package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.PeerCredentials;
import dev.strait.transport.PeerPolicy;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Policies by uid, primary gid and predicate, of servers, channels and services, both ways. */
final class PeerIdentityTest {
  @RegisterExtension final Local local = Local.unix();

  private final BlockingQueue<PeerChannel> callers = new LinkedBlockingQueue<>();
  private final AtomicInteger handled = new AtomicInteger();

  /** A policy, made from the identity that both sides have. */
  enum Policy {
    UID(true, us -> PeerPolicy.uids(us.uid() + 1, us.uid())),
    GID(true, us -> PeerPolicy.gids(us.gid() + 1, us.gid())),
    PREDICATE(true, us -> PeerPolicy.matching("us", peer -> peer.uid() == us.uid())),
    OTHER_UID(false, us -> PeerPolicy.uids(us.uid() + 1)),
    OTHER_GID(false, us -> PeerPolicy.gids(us.gid() + 1)),
    OTHER_PREDICATE(false, us -> PeerPolicy.matching("others", peer -> peer.uid() != us.uid()));

    final boolean letsUsIn;
    final Function<PeerCredentials, PeerPolicy> policy;

    Policy(boolean letsUsIn, Function<PeerCredentials, PeerPolicy> policy) {
      this.letsUsIn = letsUsIn;
      this.policy = policy;
    }
  }

  /** Open to all; remembers who calls. */
  private ServerServiceDefinition open() {
    return Raw.service(
        Raw.UNARY,
        (call, headers) -> {
          callers.add(PeerChannel.current());
          return Raw.echo().startCall(call, headers);
        });
  }

  /** For those whom the policy lets in. */
  private ServerServiceDefinition guarded(PeerPolicy policy) {
    return ServerInterceptors.intercept(
        ServerServiceDefinition.builder("guarded")
            .addMethod(
                GUARDED,
                (call, headers) -> {
                  handled.incrementAndGet();
                  call.close(Status.ABORTED, new Metadata());
                  return new ServerCall.Listener<>() {};
                })
            .build(),
        PeerInterceptors.callersMustBe(policy));
  }

  private static final io.grpc.MethodDescriptor<byte[], byte[]> GUARDED =
      Raw.UNARY.toBuilder().setFullMethodName("guarded/Unary").build();

  private static Status call(Channel channel, io.grpc.MethodDescriptor<byte[], byte[]> method)
      throws Exception {
    return Raw.unary(channel, method, CallOptions.DEFAULT).awaitClose();
  }

  private PeerChannel introduced(ManagedChannel channel) throws Exception {
    assertTrue(call(channel, Raw.UNARY).isOk());
    PeerChannel caller = callers.poll(15, TimeUnit.SECONDS);
    assertNotNull(caller);
    return caller;
  }

  private static PeerCredentials us(PeerChannel caller) {
    PeerCredentials us = caller.getAttributes().get(IpcAttributes.PEER_CREDENTIALS);
    assertNotNull(us);
    return us;
  }

  /** The identity by which each side knows this process. */
  private PeerCredentials us() throws Exception {
    var server = local.serve(b -> b.addService(open()));
    PeerCredentials us = us(introduced(local.channel()));
    server.shutdownNow();
    assertTrue(server.awaitTermination(15, TimeUnit.SECONDS));
    return us;
  }

  @ParameterizedTest
  @EnumSource
  void oneServiceOfAServerIsForSomeAndAnotherForAll(Policy which) throws Exception {
    PeerPolicy policy = which.policy.apply(us());
    local.serve(b -> b.addService(guarded(policy)).addService(open()));
    ManagedChannel channel = local.channel();

    assertGuarded(which, policy, call(channel, GUARDED));
    assertTrue(call(channel, Raw.UNARY).isOk());
  }

  @ParameterizedTest
  @EnumSource
  void oneServiceOfAClientIsForSomeAndAnotherForAll(Policy which) throws Exception {
    PeerPolicy policy = which.policy.apply(us());
    local.serve(b -> b.addService(open()));
    PeerChannel client =
        introduced(local.channel(b -> b.addService(guarded(policy)).addService(open())));

    assertGuarded(which, policy, call(client, GUARDED));
    assertTrue(call(client, Raw.UNARY).isOk());
  }

  private void assertGuarded(Policy which, PeerPolicy policy, Status status) {
    Status.Code expected = which.letsUsIn ? Status.Code.ABORTED : Status.Code.PERMISSION_DENIED;
    assertEquals(expected, status.getCode(), status::toString);
    assertEquals(which.letsUsIn ? 1 : 0, handled.get());
    if (!which.letsUsIn) {
      assertTrue(status.getDescription().contains(policy.toString()), status::toString);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCallGoesOnlyToWhomItIsFor(Policy which) throws Exception {
    local.serve(b -> b.addService(open()));
    ManagedChannel server = local.channel(b -> b.addService(open()));
    PeerChannel client = introduced(server);
    var interceptor = PeerInterceptors.serverMustBe(which.policy.apply(us(client)));

    for (Channel channel : new Channel[] {server, client}) {
      Status status = call(ClientInterceptors.intercept(channel, interceptor), Raw.UNARY);
      Status.Code expected = which.letsUsIn ? Status.Code.OK : Status.Code.PERMISSION_DENIED;
      assertEquals(expected, status.getCode(), status::toString);
      assertEquals(which.letsUsIn, callers.poll() != null);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerIsForSome(Policy which) throws Exception {
    PeerPolicy policy = which.policy.apply(us());
    local.serve(b -> b.addService(open()).peerPolicy(policy));

    Status status = call(local.channel(), Raw.UNARY);

    Status.Code expected = which.letsUsIn ? Status.Code.OK : Status.Code.UNAVAILABLE;
    assertEquals(expected, status.getCode(), status::toString);
    assertEquals(which.letsUsIn, callers.poll() != null);
  }

  @ParameterizedTest
  @EnumSource
  void aChannelIsForSome(Policy which) throws Exception {
    PeerPolicy policy = which.policy.apply(us());
    local.serve(b -> b.addService(open()));

    Status status = call(local.channel(b -> b.peerPolicy(policy)), Raw.UNARY);

    Status.Code expected = which.letsUsIn ? Status.Code.OK : Status.Code.UNAVAILABLE;
    assertEquals(expected, status.getCode(), status::toString);
    assertEquals(which.letsUsIn, callers.poll() != null);
  }

  @Test
  void handlersOfBothSidesSeeWhoCalls() throws Exception {
    local.serve(b -> b.addService(open()));
    PeerChannel client = introduced(local.channel(b -> b.addService(open())));
    assertTrue(call(client, Raw.UNARY).isOk());
    PeerChannel server = callers.poll(15, TimeUnit.SECONDS);
    assertNotNull(server);

    PeerCredentials ofClient = us(client);
    PeerCredentials ofServer = us(server);

    assertEquals(ofClient.uid(), ofServer.uid());
    assertEquals(ofClient.gid(), ofServer.gid());
  }
}
