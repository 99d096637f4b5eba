package dev.strait.examples.demo;

import dev.strait.transport.PeerCredentials;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The line in which a process tells who is at the other end. */
final class Saw {
  static final String START = "saw ";
  static final String NOBODY = "no credentials";

  private Saw() {}

  static void print(@Nullable PeerCredentials peer) {
    String text = Optional.ofNullable(peer).map(PeerCredentials::toString).orElse(NOBODY);
    System.out.println(START + text);
  }
}
