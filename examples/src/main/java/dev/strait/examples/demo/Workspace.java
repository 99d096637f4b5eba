package dev.strait.examples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A fresh directory for the sockets or pipes, which only its owner may enter. */
record Workspace(Path directory) implements AutoCloseable {
  static Workspace create() throws IOException {
    var ownerOnly = PosixFilePermissions.fromString("rwx------");
    return new Workspace(
        Files.createTempDirectory("strait-demo-", PosixFilePermissions.asFileAttribute(ownerOnly)));
  }

  long ownerUid() throws IOException {
    return ((Number) Files.getAttribute(directory, "unix:uid")).longValue();
  }

  @Override
  public void close() throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(directory)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.deleteIfExists(file);
    }
  }
}
