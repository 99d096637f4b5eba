package dev.strait.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * A directory of named pipes that is being served. The server reads announcements from the FIFO
 * {@code accept}; for each it opens the two FIFOs that the client made, says so with one byte, and
 * deletes their names.
 *
 * <p>Only this user gets here, but this user's other processes may be dead, stopped or wrong:
 * nothing they do blocks the accepting thread, which waits for announcements only.
 */
final class PipeBinding implements Binding {
  private static final byte[] READY = {1};
  private static final int ANNOUNCEMENTS_AT_ONCE = 16;

  private final PipeDirectory directory;
  private final TransportOptions options;
  private final ServerLock held;

  /** Keeps the FIFO and what is in it, whoever else has it open. */
  private final Fifo accept;

  private final FileStat acceptFile;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private FileChannel announcements;

  @GuardedBy("lock")
  private boolean closed;

  // Used by the accepting thread only.
  private final ByteBuffer read =
      ByteBuffer.allocate(ANNOUNCEMENTS_AT_ONCE * PipeNames.RECORD_BYTES).limit(0);
  private boolean toldOfGarbage;

  private PipeBinding(
      PipeDirectory directory,
      TransportOptions options,
      ServerLock held,
      Fifo accept,
      FileStat acceptFile,
      FileChannel announcements) {
    this.directory = directory;
    this.options = options;
    this.held = held;
    this.accept = accept;
    this.acceptFile = acceptFile;
    this.announcements = announcements;
  }

  static PipeBinding bind(IpcAddress address, TransportOptions options) throws IOException {
    PipeDirectory directory = PipeDirectory.of(address);
    try {
      directory.createIfMissing();
      directory.check();
      ServerLock held = ServerLock.take(directory.lock(), address);
      try {
        directory.deleteStale();
        return listen(directory, options, held);
      } catch (IOException | RuntimeException | Error e) {
        held.release();
        throw e;
      }
    } catch (IOException e) {
      throw UnixFailure.naming("cannot serve " + address, e);
    }
  }

  private static PipeBinding listen(
      PipeDirectory directory, TransportOptions options, ServerLock held) throws IOException {
    try {
      Fifo.make(directory.accept());
    } catch (FileAlreadyExistsException e) {
      throw new BindException(
          "cannot serve "
              + directory.address()
              + ": there is a "
              + FileStat.ofLink(directory.accept()).type()
              + " at "
              + directory.accept());
    }
    Fifo accept = null;
    try {
      accept = Fifo.hold(directory.accept());
      FileStat file = FileStat.ofLink(directory.accept());
      return new PipeBinding(directory, options, held, accept, file, accept.reader());
    } catch (IOException | RuntimeException | Error e) {
      if (accept != null) {
        accept.close();
      }
      PipeDirectory.deleteIfOwnFifo(directory.accept());
      throw e;
    }
  }

  @Override
  public @Nullable Link accept() throws IOException {
    PipeNames names = nextAnnounced();
    while (names == null) {
      FileChannel from = announcements();
      if (from == null) {
        return null;
      }
      readSome(from);
      names = nextAnnounced();
    }
    return open(names);
  }

  private @Nullable PipeNames nextAnnounced() {
    int before = read.remaining();
    PipeNames names = PipeNames.announced(read, directory);
    int taken = before - read.remaining();
    if (taken != (names == null ? 0 : PipeNames.RECORD_BYTES) && !toldOfGarbage) {
      toldOfGarbage = true;
      Log.warn("something that is no client of ours writes to " + directory.accept());
    }
    return names;
  }

  /** Null if closed. Opens it anew if an interrupt closed it, which never blocks. */
  private @Nullable FileChannel announcements() throws IOException {
    synchronized (lock) {
      if (closed) {
        return null;
      }
      if (!announcements.isOpen()) {
        announcements = accept.reader();
      }
      return announcements;
    }
  }

  private void readSome(FileChannel from) throws IOException {
    read.compact();
    try {
      from.read(read);
    } catch (ClosedByInterruptException e) {
      // The thread may come from a factory of the application: an interrupt means nothing here.
      Thread.interrupted();
    } catch (ClosedChannelException e) {
      // By close, which the next look at it tells.
    } finally {
      read.flip();
    }
  }

  /** Null if the client went away meanwhile. */
  private @Nullable Link open(PipeNames names) throws IOException {
    PipeEnds ends = null;
    boolean answered = false;
    try (Fifo up = Fifo.hold(names.up());
        Fifo down = Fifo.hold(names.down())) {
      ends = PipeEnds.open(up, down);
      try (Fifo answer = down.writingEnd()) {
        // First: as long as we hold the other end too, a client that is gone does not show.
        down.close();
        answered = answer.offer(READY) == Fifo.Offer.TAKEN;
      }
      return answered ? new ThreadedLink(directory.address(), options, ends) : null;
    } catch (NoSuchFileException e) {
      return null;
    } catch (Fifo.NotOwnFifoException e) {
      Log.warn("a client of " + directory.address() + " is turned away: " + e.getMessage());
      return null;
    } finally {
      if (ends != null && !answered) {
        ends.close();
      }
      names.delete();
    }
  }

  @Override
  public void close() {
    FileChannel reading;
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      reading = announcements;
    }
    try {
      if (FileStat.ofLink(directory.accept()).sameFile(acceptFile)) {
        PipeDirectory.deleteIfOwnFifo(directory.accept());
      }
    } catch (NoSuchFileException e) {
      // Somebody deleted it, which is their right.
    } catch (IOException e) {
      Log.warn("cannot delete " + directory.accept(), e);
    } finally {
      PipeEnds.closeQuietly(reading);
      accept.close();
      held.release();
    }
  }
}
