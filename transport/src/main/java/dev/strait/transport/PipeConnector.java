package dev.strait.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * The connecting side of {@code pipe:}. It makes two FIFOs, announces them to the server, and waits
 * for the byte that says that the server has opened them.
 *
 * <p>Nothing here blocks but the pauses of the attempt, so its timeout, an interrupt and a close
 * end it at once.
 */
final class PipeConnector {
  /** After so many pauses it is asked whether waiting has any sense. */
  private static final int PAUSES_PER_LOOK = 8;

  private final PipeDirectory directory;
  private final TransportOptions options;
  private final ConnectAttempt attempt;

  private PipeConnector(PipeDirectory directory, TransportOptions options, ConnectAttempt attempt) {
    this.directory = directory;
    this.options = options;
    this.attempt = attempt;
  }

  static Link connect(IpcAddress address, TransportOptions options, ConnectAttempt attempt)
      throws IOException {
    try {
      return new PipeConnector(PipeDirectory.of(address), options, attempt).connect();
    } catch (IOException e) {
      throw UnixFailure.naming("cannot connect to " + address, e);
    }
  }

  private Link connect() throws IOException {
    while (true) {
      requireLiveServer();
      IOException inVain = null;
      try {
        PipeEnds ends = tryOnce();
        if (ends != null) {
          return new ThreadedLink(directory.address(), options, ends);
        }
      } catch (NoSuchFileException e) {
        // Without "accept" nobody is reached; without our own, a server that began swept them away.
        inVain = new IOException(e.getFile() + " is gone, though the server lives", e);
      }
      attempt.pause(inVain);
    }
  }

  /** Null if the server ended, or a new one swept our FIFOs away: try again. */
  private @Nullable PipeEnds tryOnce() throws IOException {
    PipeNames names = PipeNames.random(directory);
    PipeEnds ends = null;
    boolean connected = false;
    try {
      names.make();
      try (Fifo up = Fifo.hold(names.up());
          Fifo down = Fifo.hold(names.down())) {
        ends = PipeEnds.open(down, up);
        connected = announce(names) && isAnswered(names, down);
      }
      return connected ? ends : null;
    } finally {
      if (ends != null && !connected) {
        ends.close();
      }
      names.delete();
    }
  }

  private void requireLiveServer() throws IOException {
    String why;
    try {
      directory.check();
      if (ServerLock.isHeld(directory.lock())) {
        return;
      }
      why = "nobody holds the lock of " + directory.path();
    } catch (NoSuchFileException e) {
      why = "no such file: " + e.getFile();
    }
    throw nobodyServes(why);
  }

  private ConnectException nobodyServes(String why) {
    return new ConnectException("nobody serves " + directory.address() + ": " + why);
  }

  private boolean announce(PipeNames names) throws IOException {
    while (true) {
      switch (offer(names.announcement())) {
        case TAKEN -> {
          return true;
        }
        case NOBODY_READS -> {
          return false;
        }
        case FULL -> attempt.pause(null);
      }
    }
  }

  private Fifo.Offer offer(byte[] announcement) throws IOException {
    try {
      return Fifo.offer(directory.accept(), announcement);
    } catch (Fifo.NotOwnFifoException e) {
      throw nobodyServes(String.valueOf(e.getMessage()));
    }
  }

  /** Whether the server has opened our FIFOs. False if it never will. */
  private boolean isAnswered(PipeNames names, Fifo down) throws IOException {
    for (int pauses = 1; !down.takeByte(); pauses++) {
      attempt.pause(null);
      // The server answers before it deletes their names, and before it may end: so look again.
      if (pauses % PAUSES_PER_LOOK == 0 && !canBeAnswered(names)) {
        return down.takeByte();
      }
    }
    return true;
  }

  private boolean canBeAnswered(PipeNames names) throws IOException {
    return Files.exists(names.down()) && ServerLock.isHeld(directory.lock());
  }
}
