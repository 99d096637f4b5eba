package dev.strait.benchmarks.server;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads what both processes have used when an iteration starts and when it ends. */
public final class UsageMeter {
  private final @Nullable ServerProcess server;
  private @Nullable Usage clientBefore;
  private @Nullable Usage serverBefore;

  /**
   * A meter of this process and a server.
   *
   * @param server null if there is none
   */
  public UsageMeter(@Nullable ServerProcess server) {
    this.server = server;
  }

  /** To be called last before an iteration. */
  public void start() {
    serverBefore = server == null ? null : server.usage();
    clientBefore = Usage.ofThisProcess();
  }

  /** To be called first after it: tells the {@link UsageProfiler}. */
  public void stop() {
    Usage client = Usage.ofThisProcess().minus(Objects.requireNonNull(clientBefore));
    UsageProfiler.report(
        client, server == null ? null : server.usage().minus(Objects.requireNonNull(serverBefore)));
  }
}
