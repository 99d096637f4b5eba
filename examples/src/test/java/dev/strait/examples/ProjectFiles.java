package dev.strait.examples;

import java.nio.file.Path;

/** Where the project's files are. */
final class ProjectFiles {
  /** The directory of the clone. */
  static final Path ROOT =
      Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent().normalize();

  private ProjectFiles() {}
}
