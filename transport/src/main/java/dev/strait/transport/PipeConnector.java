package dev.strait.transport;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * The connecting side of {@code pipe:}. It makes two FIFOs, announces them to the server, waits for
 * the byte that says that the server has opened them, and deletes their names.
 *
 * <p>Nothing here blocks but the pauses of the attempt, so its timeout, an interrupt and a close
 * end it at once.
 */
final class PipeConnector {
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
    return new PipeConnector(PipeDirectory.of(address), options, attempt).connect();
  }

  private Link connect() throws IOException {
    while (true) {
      PipeEnds ends = tryOnce();
      if (ends != null) {
        return new ThreadedLink(directory.address(), options, ends);
      }
      attempt.pause(null);
    }
  }

  /** Null if that server ended, or another swept our FIFOs away when it began: try the next. */
  private @Nullable PipeEnds tryOnce() throws IOException {
    requireLiveServer();
    PipeNames names = PipeNames.random(directory);
    PipeEnds ends = null;
    boolean connected = false;
    try {
      names.make();
      ends = PipeEnds.open(names.down(), names.up());
      connected = announce(names) && isTaken(names);
      return connected ? ends : null;
    } catch (NoSuchFileException | FileNotFoundException e) {
      return null;
    } finally {
      names.delete();
      if (ends != null) {
        ends.letGo();
        if (!connected) {
          ends.close();
        }
      }
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
    throw new ConnectException("nobody serves " + directory.address() + ": " + why);
  }

  private boolean announce(PipeNames names) throws IOException {
    while (true) {
      if (!PipeDirectory.isOwnFifo(directory.accept())) {
        throw new ConnectException(
            "nobody serves "
                + directory.address()
                + ": "
                + directory.accept()
                + " is not a named pipe of ours");
      }
      switch (Fifos.offer(directory.accept(), names.announcement())) {
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

  /** Whether the server has opened our FIFOs. False if it never will. */
  private boolean isTaken(PipeNames names) throws IOException {
    // Of all that Java has, only this tells without blocking whether there is a byte.
    try (FileInputStream ready = new FileInputStream(names.down().toFile())) {
      while (ready.available() == 0) {
        attempt.pause(null);
        requireLiveServer();
        if (!Files.exists(names.down())) {
          return false;
        }
      }
      return ready.read() >= 0;
    }
  }
}
