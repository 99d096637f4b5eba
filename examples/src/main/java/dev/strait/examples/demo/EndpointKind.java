package dev.strait.examples.demo;

import dev.strait.transport.IpcAddress;
import java.nio.file.Path;
import java.util.Locale;

/** By what Strait's two processes reach each other. */
enum EndpointKind {
  UNIX,
  UNIX_ABSTRACT,
  PIPE;

  /** An address of this kind, with its files, if there are any, in that directory. */
  IpcAddress address(Path directory, String name) {
    return IpcAddress.of(this + ":" + directory.resolve(this == PIPE ? name : name + ".sock"));
  }

  /** As it is written in an address and on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
