package dev.strait.benchmarks.calls;

import dev.strait.rpc.IpcServerBuilder;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * What a case needs beyond the limits that everybody has by default. Where it needs nothing,
 * nothing is set.
 *
 * @param messageBytes the largest message's payload
 * @param connections how many there are at once
 */
record Demands(int messageBytes, int connections) {
  static final Demands NONE = new Demands(0, 1);

  /** gRPC's default, and Strait's. */
  private static final int MESSAGE_BYTES = 4 << 20;

  /** Strait's default; gRPC-Java has no such limit. */
  private static final int CONNECTIONS = 1024;

  /** What protobuf adds to a payload, rounded up. */
  private static final int OVERHEAD = 64;

  static Demands of(BenchmarkParams params) {
    return new Demands(
        Math.max(number(params, "payloadBytes"), number(params, "messageBytes")),
        number(params, "connections"));
  }

  /** As arguments for a process. */
  List<String> encode() {
    return List.of(Integer.toString(messageBytes), Integer.toString(connections));
  }

  static Demands decode(String messageBytes, String connections) {
    return new Demands(Integer.parseInt(messageBytes), Integer.parseInt(connections));
  }

  ServerBuilder<?> applyTo(ServerBuilder<?> server) {
    if (messageBytes + OVERHEAD > MESSAGE_BYTES) {
      server.maxInboundMessageSize(messageBytes + OVERHEAD);
    }
    if (connections > CONNECTIONS && server instanceof IpcServerBuilder strait) {
      strait.maxConnections(connections);
    }
    return server;
  }

  ManagedChannelBuilder<?> applyTo(ManagedChannelBuilder<?> channel) {
    if (messageBytes + OVERHEAD > MESSAGE_BYTES) {
      channel.maxInboundMessageSize(messageBytes + OVERHEAD);
    }
    return channel;
  }

  private static int number(BenchmarkParams params, String name) {
    String value = params.getParam(name);
    return value == null ? 0 : Integer.parseInt(value);
  }
}
