package dev.strait.rpc;

/**
 * A thread that waits for the reply of its own blocking unary call reads the connection itself, so
 * that the reply costs no wake-up of another thread. It leaves on its reply, when its call ends
 * otherwise, on an interrupt, and when something becomes due that only a reader may run; the reader
 * then goes on. No callback runs here: the reply goes to the call's executor after the role is
 * released, and replies of other blocking stubs go to their queues.
 *
 * <p>The same goes for user code that the reader runs and that makes a blocking call on the same
 * connection: it takes the role up again, and before it leaves without its reply gives it to
 * another reader.
 */
final class CallerReading {
  private CallerReading() {}

  /** Reads until the reply to {@code stream} is handed to its executor, or others are to read. */
  static void readUntilAnswered(Connection connection, ClientStream stream) {
    Reading reading = connection.reading();
    Reader.flushBeforeWaiting();
    Reader own = reading.readerInUserCodeOfCurrentThread();
    if (own != null) {
      own.readInUserCode(stream);
    } else if (reading.role().take(stream)) {
      reading.callerReads();
      boolean answered = false;
      try {
        // A reader that is in user code for another connection must be seen to wait.
        answered = read(reading, stream, !Reader.isCurrentThreadOne());
      } finally {
        reading.role().release(stream);
      }
      if (answered) {
        stream.run();
      }
    } else {
      reading.callersWantToRead();
    }
    reading.ensureReader();
  }

  /**
   * Reads until the reply to {@code stream} is due, and takes it; false if something else is, or
   * its caller has something else to do. Called by the reading role. Hot: guarded by the benchmark
   * of the unary calls.
   *
   * @param mayBlock whether to wait for longer than a spin
   */
  static boolean read(Reading reading, ClientStream stream, boolean mayBlock) {
    Connection connection = reading.connection();
    WaitTurn wait = reading.callerWait();
    wait.restart();
    boolean mayHaveChanged = true;
    while (!mayHaveChanged || !stream.needsItsCaller(connection)) {
      int read = reading.poll();
      if (reading.hasDue()) {
        wait.paid();
        reading.handOverReplies(stream);
        if (reading.takeDueOf(stream)) {
          return true;
        }
        if (reading.hasDue()) {
          return false;
        }
      }
      if (read < 0 || Thread.currentThread().isInterrupted()) {
        return false;
      }
      boolean spinEnded = read == 0 && wait.once(mayBlock);
      if (spinEnded && !mayBlock) {
        return false;
      }
      mayHaveChanged = read > 0 || spinEnded;
    }
    return false;
  }
}
