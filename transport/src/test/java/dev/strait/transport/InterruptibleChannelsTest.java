package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXServerSocketChannel;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.AFUNIXSocketChannel;

/** The facts about the platform on which the choice of the data path's channel rests (ADR 4). */
@Timeout(30)
class InterruptibleChannelsTest {
  @TempDir Path directory;

  @Test
  void aNonBlockingChannelOfTheJdkSurvivesAnInterruptedThread() throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("jdk.sock"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      try (SocketChannel channel = SocketChannel.open(address)) {
        channel.configureBlocking(false);
        Thread.currentThread().interrupt();
        assertEquals(1, channel.write(ByteBuffer.allocate(1)));
        assertEquals(0, channel.read(ByteBuffer.allocate(1)));
        assertTrue(Thread.interrupted());
        assertTrue(channel.isOpen());
      }
    }
  }

  @Test
  void aNonBlockingChannelOfJunixsocketIsClosedByAnInterruptedThread() throws Exception {
    AFUNIXSocketAddress address = AFUNIXSocketAddress.of(directory.resolve("junix.sock"));
    try (AFUNIXServerSocketChannel server = AFUNIXServerSocketChannel.open()) {
      server.bind(address);
      try (AFUNIXSocketChannel channel = AFUNIXSocketChannel.open(address)) {
        channel.configureBlocking(false);
        Thread.currentThread().interrupt();
        assertThrows(
            ClosedByInterruptException.class, () -> channel.read(ByteBuffer.allocateDirect(1)));
        assertTrue(Thread.interrupted());
        assertFalse(channel.isOpen());
      }
    }
  }
}
