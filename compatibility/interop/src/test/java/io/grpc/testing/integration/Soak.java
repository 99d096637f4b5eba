package io.grpc.testing.integration;

import io.grpc.ManagedChannel;
import java.util.function.Function;

/** The suite's soak client, which only its own package sees. */
public final class Soak {
  private static final int REQUEST_BYTES = 271_828;
  private static final int RESPONSE_BYTES = 314_159;

  private Soak() {}

  /**
   * Makes large unary calls one after the other; each must succeed.
   *
   * @param hangMillis bounds a hang, of each call
   * @param hangSeconds bounds a hang, of all
   * @param next the channel for the next call, from that of the last one
   */
  public static void run(
      String server,
      int calls,
      int threads,
      int hangMillis,
      int hangSeconds,
      ManagedChannel first,
      Function<ManagedChannel, ManagedChannel> next)
      throws InterruptedException {
    SoakClient.performSoakTest(
        server,
        calls,
        0,
        hangMillis,
        0,
        hangSeconds,
        REQUEST_BYTES,
        RESPONSE_BYTES,
        threads,
        first,
        next::apply);
  }
}
