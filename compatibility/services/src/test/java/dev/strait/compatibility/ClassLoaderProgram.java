package dev.strait.compatibility;

import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.IpcAddress;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Serves and calls once, then ends everything in order. */
public final class ClassLoaderProgram implements Callable<String> {
  private final String address;

  public ClassLoaderProgram(String address) {
    this.address = address;
  }

  @Override
  public String call() throws Exception {
    MethodDescriptor<String, String> method = TextMarshaller.unary();
    Server server =
        TestBuilders.server(IpcAddress.of(address))
            .addService(
                ServerServiceDefinition.builder(TextMarshaller.SERVICE)
                    .addMethod(
                        method,
                        ServerCalls.asyncUnaryCall(
                            (request, replies) -> {
                              replies.onNext(request);
                              replies.onCompleted();
                            }))
                    .build())
            .build()
            .start();
    ManagedChannel channel = TestBuilders.channel(IpcAddress.of(address)).build();
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
    String blocking = ClientCalls.blockingUnaryCall(channel, method, options, "a");
    String future =
        ClientCalls.futureUnaryCall(channel.newCall(method, options), "b")
            .get(20, TimeUnit.SECONDS);
    end(channel.shutdown().awaitTermination(10, TimeUnit.SECONDS));
    end(server.shutdown().awaitTermination(10, TimeUnit.SECONDS));
    return blocking + " " + future;
  }

  private static void end(boolean terminated) {
    if (!terminated) {
      throw new IllegalStateException("does not end");
    }
  }
}
