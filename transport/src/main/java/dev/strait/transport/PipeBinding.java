package dev.strait.transport;

import java.io.IOException;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A directory of named pipes that is being served. The server reads announcements from the FIFO
 * {@code accept}; for each it opens the two FIFOs that the client made, and says so with one byte.
 *
 * <p>Only this user can get here, and this user's other processes may still be dead, stopped or
 * wrong: nothing they do blocks the accepting thread.
 */
final class PipeBinding implements Binding {
  private static final byte[] READY = {1};
  private static final int ANNOUNCEMENTS_AT_ONCE = 16;

  private final PipeDirectory directory;
  private final TransportOptions options;
  private final ServerLock held;

  /** Keeps the FIFO, and what is in it, while {@link #announcements} is opened anew. */
  private final FileChannel keeper;

  private final FileStat accept;
  private final ByteBuffer read =
      ByteBuffer.allocate(ANNOUNCEMENTS_AT_ONCE * PipeNames.RECORD_BYTES).limit(0);
  private final Object lock = new Object();
  private FileChannel announcements; // guarded by lock
  private boolean closed; // guarded by lock

  private PipeBinding(
      PipeDirectory directory,
      TransportOptions options,
      ServerLock held,
      FileChannel keeper,
      FileChannel announcements,
      FileStat accept) {
    this.directory = directory;
    this.options = options;
    this.held = held;
    this.keeper = keeper;
    this.announcements = announcements;
    this.accept = accept;
  }

  static PipeBinding bind(IpcAddress address, TransportOptions options) throws IOException {
    PipeDirectory directory = PipeDirectory.of(address);
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
  }

  private static PipeBinding listen(
      PipeDirectory directory, TransportOptions options, ServerLock held) throws IOException {
    try {
      Fifos.make(directory.accept());
    } catch (FileAlreadyExistsException e) {
      throw new BindException(
          "cannot serve "
              + directory.address()
              + ": there is a "
              + FileStat.ofLink(directory.accept()).type()
              + " at "
              + directory.accept());
    }
    FileChannel keeper = null;
    FileChannel announcements = null;
    try {
      keeper = PipeEnds.open(directory.accept(), StandardOpenOption.READ, StandardOpenOption.WRITE);
      announcements = PipeEnds.open(directory.accept(), StandardOpenOption.READ);
      return new PipeBinding(
          directory, options, held, keeper, announcements, FileStat.ofLink(directory.accept()));
    } catch (IOException | RuntimeException | Error e) {
      PipeEnds.closeQuietly(keeper);
      PipeEnds.closeQuietly(announcements);
      PipeDirectory.deleteIfOwnFifo(directory.accept());
      throw e;
    }
  }

  @Override
  public @Nullable Link accept() throws IOException {
    while (read.remaining() < PipeNames.RECORD_BYTES) {
      if (!readSome()) {
        return null;
      }
    }
    PipeNames names = PipeNames.announced(read, directory).orElse(null);
    if (names == null) {
      Log.warn("something that is no client wrote to " + directory.accept() + "; dropping it");
      read.limit(read.position());
      return null;
    }
    return open(names);
  }

  /** False if closed. */
  private boolean readSome() throws IOException {
    read.compact();
    try {
      FileChannel from = announcements();
      if (from == null) {
        return false;
      }
      from.read(read);
      return true;
    } catch (ClosedByInterruptException e) {
      // The thread may come from a factory of the application: an interrupt means nothing here.
      Thread.interrupted();
      return reopen();
    } catch (ClosedChannelException e) {
      return false;
    } finally {
      read.flip();
    }
  }

  private @Nullable FileChannel announcements() {
    synchronized (lock) {
      return closed ? null : announcements;
    }
  }

  private boolean reopen() throws IOException {
    synchronized (lock) {
      if (!closed) {
        announcements = PipeEnds.open(directory.accept(), StandardOpenOption.READ);
      }
      return !closed;
    }
  }

  /** Null if the client went away meanwhile. */
  private @Nullable Link open(PipeNames names) throws IOException {
    PipeEnds ends = null;
    boolean ready = false;
    try {
      if (!PipeDirectory.isOwnFifo(names.up()) || !PipeDirectory.isOwnFifo(names.down())) {
        Log.warn("not a named pipe of this user alone: " + names.up() + " or " + names.down());
        return null;
      }
      ends = PipeEnds.open(names.up(), names.down());
      // First: as long as we hold the other end too, a client that is gone does not show.
      ends.letGo();
      ready = Fifos.offer(names.down(), READY) == Fifos.Offer.TAKEN;
      return ready ? new ThreadedLink(directory.address(), options, ends) : null;
    } catch (NoSuchFileException e) {
      return null;
    } finally {
      if (!ready) {
        if (ends != null) {
          ends.close();
        }
        names.delete();
      }
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
      if (FileStat.ofLink(directory.accept()).sameFile(accept)) {
        PipeDirectory.deleteIfOwnFifo(directory.accept());
      }
    } catch (NoSuchFileException e) {
      // Somebody deleted it, which is their right.
    } catch (IOException e) {
      Log.warn("cannot delete " + directory.accept(), e);
    } finally {
      PipeEnds.closeQuietly(reading);
      PipeEnds.closeQuietly(keeper);
      held.release();
    }
  }
}
