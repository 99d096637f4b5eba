package dev.strait.transport;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What this package logs about one endpoint while a test runs. */
final class CapturedLog extends Handler {
  private final Logger logger = Logger.getLogger("dev.strait.transport");
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final String about;

  CapturedLog(IpcAddress about) {
    this.about = about.toString();
    logger.addHandler(this);
  }

  @Override
  public void publish(LogRecord record) {
    if (record.getMessage().contains(about)) {
      Throwable thrown = record.getThrown();
      lines.add(record.getMessage() + (thrown == null ? "" : ": " + thrown.getMessage()));
    }
  }

  List<String> lines() {
    return lines;
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
