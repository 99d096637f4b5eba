package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.PeerPolicy;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies and modes, set on the builders. */
final class PolicyTest {
  @TempDir private Path directory;

  @Test
  void theModeOfTheSocketIsTheOneThatWasNamed() throws Exception {
    Path socket = directory.resolve("s.sock");
    Server server =
        TestBuilders.server(IpcAddress.of("unix:" + socket))
            .peerPolicy(
                PeerPolicy.matching("anybody", peer -> true),
                PosixFilePermissions.fromString("rw-rw-rw-"))
            .build()
            .start();
    try {
      assertEquals(
          "rw-rw-rw-", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
    } finally {
      server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aServerThatThePolicyOfTheChannelRefusesIsSentNoCall() throws Exception {
    IpcAddress address = IpcAddress.of("unix:" + directory.resolve("s.sock"));
    Server server = TestBuilders.server(address).addService(new EchoService()).build().start();
    ManagedChannel channel =
        TestBuilders.channel(address)
            .peerPolicy(PeerPolicy.matching("somebody else", peer -> false))
            .build();
    try {
      StatusRuntimeException refused =
          assertThrows(
              StatusRuntimeException.class,
              () -> EchoGrpc.newBlockingStub(channel).unary(EchoRequest.getDefaultInstance()));
      assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
      assertTrue(
          String.valueOf(refused.getStatus().getDescription()).contains("somebody else"),
          refused.toString());
    } finally {
      channel.shutdownNow();
      server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aPolicyOverPipesIsRefusedWhenBuilt() {
    IpcAddress pipes = IpcAddress.of("pipe:" + directory.resolve("pipes"));
    for (PeerPolicy policy : List.of(PeerPolicy.sameUserOrRoot(), PeerPolicy.uids(1))) {
      IllegalArgumentException ofChannel =
          assertThrows(
              IllegalArgumentException.class,
              () -> TestBuilders.channel(pipes).peerPolicy(policy).build());
      IllegalArgumentException ofServer =
          assertThrows(
              IllegalArgumentException.class,
              () -> TestBuilders.server(pipes).peerPolicy(policy).build());
      for (IllegalArgumentException refused : List.of(ofChannel, ofServer)) {
        assertTrue(refused.getMessage().contains(pipes.toString()), refused.getMessage());
        assertTrue(refused.getMessage().contains(policy.toString()), refused.getMessage());
        assertTrue(refused.getMessage().contains("use unix:"), refused.getMessage());
      }
    }
  }
}
