package dev.strait.rpc;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** For tests that throw on purpose, thousands of times: that shall not fill the log. */
final class QuietLog implements BeforeEachCallback, AfterEachCallback {
  private static final Logger LOG = Logger.getLogger("dev.strait.rpc");

  @Override
  public void beforeEach(ExtensionContext context) {
    LOG.setLevel(Level.OFF);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    LOG.setLevel(null);
  }
}
