package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.IpcAddress;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelRegistry;
import io.grpc.Server;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code ipc:} targets, through gRPC's own entry. */
final class TargetTest {
  @TempDir private Path directory;

  @Test
  void anAbsolutePathWithThreeSlashesIsASocket() throws Exception {
    Path socket = directory.resolve("s.sock");
    assertReaches("unix:" + socket, "ipc://" + socket);
  }

  @Test
  void aUnixAddressBehindTheSchemeIsASocket() throws Exception {
    Path socket = directory.resolve("s.sock");
    assertReaches("unix:" + socket, "ipc:unix:" + socket);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void anAbstractNameIsOne() throws Exception {
    String name = "unix-abstract:strait-target-" + ProcessHandle.current().pid();
    assertReaches(name, "ipc:" + name);
  }

  @Test
  void aDirectoryOfNamedPipesIsOne() throws Exception {
    Path pipes = directory.resolve("pipes");
    assertReaches("pipe:" + pipes, "ipc:pipe:" + pipes);
    assertReaches("pipe:" + pipes, "ipc:pipe://" + pipes);
  }

  @Test
  void aNameInMemoryIsOne() throws Exception {
    assertReaches("memory:target", "ipc:memory:target");
  }

  private static void assertReaches(String served, String target) throws Exception {
    Server server =
        TestBuilders.server(IpcAddress.of(served)).addService(new EchoService()).build().start();
    ManagedChannel channel = TestBuilders.channel(target).build();
    try {
      assertEquals(
          target,
          EchoGrpc.newBlockingStub(channel)
              .withDeadlineAfter(15, TimeUnit.SECONDS)
              .unary(EchoRequest.newBuilder().setText(target).build())
              .getText());
      assertEquals("localhost", channel.authority());
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
      assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS));
      assertTrue(server.awaitTermination(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void credentialsOfTlsAreRefusedWithTheReason() {
    ChannelCredentials tls = TlsChannelCredentials.create();

    Exception thrown =
        assertThrows(
            ManagedChannelRegistry.ProviderNotFoundException.class,
            () -> Grpc.newChannelBuilder("ipc:memory:target", tls));

    assertTrue(thrown.getMessage().contains("InsecureChannelCredentials"), thrown.getMessage());
    assertTrue(thrown.getMessage().contains("TlsChannelCredentials"), thrown.getMessage());
  }

  @Test
  void aBadTargetIsRefusedWithTheAcceptedForms() {
    for (String target : new String[] {"ipc:smoke:signals", "ipc:", "ipc:unix:"}) {
      Exception thrown =
          assertThrows(
              ManagedChannelRegistry.ProviderNotFoundException.class,
              () -> Grpc.newChannelBuilder(target, InsecureChannelCredentials.create()),
              target);
      assertTrue(thrown.getMessage().contains("unix:/"), thrown.getMessage());
      assertTrue(thrown.getMessage().contains("memory:"), thrown.getMessage());
    }
  }

  @Test
  void otherSchemesStillReachOrdinaryGrpc() throws Exception {
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .addService(new EchoService())
            .build()
            .start();
    ManagedChannel channel =
        Grpc.newChannelBuilder(
                "dns:///localhost:" + server.getPort(), InsecureChannelCredentials.create())
            .build();
    try {
      EchoRequest request = EchoRequest.newBuilder().setText("over TCP").build();
      assertEquals("over TCP", EchoGrpc.newBlockingStub(channel).unary(request).getText());
      assertFalse(channel instanceof IpcChannel);
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
      assertTrue(server.awaitTermination(10, TimeUnit.SECONDS));
    }
  }
}
