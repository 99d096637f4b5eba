package dev.strait.rpc;

import dev.strait.transport.PeerCredentials;
import dev.strait.transport.PeerPolicy;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Policies for some services or calls, beside the one of the whole server or channel ({@link
 * IpcServerBuilder#peerPolicy}, {@link IpcChannelBuilder#peerPolicy}), which decides who may
 * connect at all. They go by {@link IpcAttributes#PEER_CREDENTIALS}; where peers have no identity,
 * as over {@code pipe:}, they let nobody pass.
 *
 * <pre>{@code
 * builder.addService(ServerInterceptors.intercept(admin, PeerInterceptors.callersMustBe(PeerPolicy.uids(0))));
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class PeerInterceptors {
  /** All that the server must be for a call to be sent to it. */
  static final CallOptions.Key<List<PeerPolicy>> SERVER_POLICIES =
      CallOptions.Key.createWithDefault("dev.strait.rpc.server-policies", List.of());

  private PeerInterceptors() {}

  /**
   * For a server, or one of its services: calls of others end with PERMISSION_DENIED, or
   * UNAUTHENTICATED without an identity, before their handler begins.
   */
  public static ServerInterceptor callersMustBe(PeerPolicy policy) {
    return new ServerInterceptor() {
      @Override
      public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
          ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        PeerCredentials caller = call.getAttributes().get(IpcAttributes.PEER_CREDENTIALS);
        Status refusal = refusal(policy, caller, "the caller");
        if (refusal == null) {
          return next.startCall(call, headers);
        }
        call.close(refusal, new Metadata());
        return new ServerCall.Listener<>() {};
      }
    };
  }

  /**
   * For a channel or a stub: a call is sent only if the server that it would go to is allowed, and
   * ends with the same statuses otherwise, nothing of it having been sent. Of several policies all
   * must allow the server. Channels that are not Strait's take no notice.
   */
  public static ClientInterceptor serverMustBe(PeerPolicy policy) {
    return new ClientInterceptor() {
      @Override
      public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
          MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
        List<PeerPolicy> all = new ArrayList<>(options.getOption(SERVER_POLICIES));
        all.add(policy);
        return next.newCall(method, options.withOption(SERVER_POLICIES, List.copyOf(all)));
      }
    };
  }

  /** Why {@code peer} is not allowed; null if it is. */
  static @Nullable Status refusal(
      PeerPolicy policy, @Nullable PeerCredentials peer, String whoItIs) {
    if (peer == null) {
      return Status.UNAUTHENTICATED.withDescription(
          "expected " + policy + ", but " + whoItIs + " has no identity at such an address");
    }
    return policy.allows(peer)
        ? null
        : Status.PERMISSION_DENIED.withDescription(
            "expected " + policy + ", but " + whoItIs + " is " + peer);
  }
}
