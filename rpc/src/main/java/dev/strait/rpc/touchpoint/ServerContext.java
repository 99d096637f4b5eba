package dev.strait.rpc.touchpoint;

import io.grpc.Context;
import io.grpc.InternalServer;
import io.grpc.Server;

/** Puts the server in the context of its calls, where gRPC's reflection service looks for it. */
public final class ServerContext {
  private ServerContext() {}

  /** {@code context} with {@code server} as the current server. */
  public static Context with(Context context, Server server) {
    return context.withValue(InternalServer.SERVER_CONTEXT_KEY, server);
  }
}
