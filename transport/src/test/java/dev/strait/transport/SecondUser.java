package dev.strait.transport;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.transport.contract.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Another user of this machine, played by a real process with a real second uid, and a place that
 * he reaches, with the classes in it: the gate decides, not a mode.
 */
final class SecondUser implements AutoCloseable {
  static final int UID = 12345;

  /** The kernel's overflow uid, which stands for users that cannot be told. */
  static final int NOBODY = 65534;

  private static final String SETPRIV = "/usr/bin/setpriv";

  private final int uid;
  private final Path sandbox;
  private String classPath;

  private SecondUser(int uid, Path sandbox) {
    this.uid = uid;
    this.sandbox = sandbox;
  }

  static SecondUser orSkip() throws IOException {
    return orSkip(UID);
  }

  static SecondUser orSkip(int uid) throws IOException {
    assumeTrue(OwnIdentity.uid() == 0, "SKIPPED: a second uid needs root");
    assumeTrue(Files.isExecutable(Path.of(SETPRIV)), "SKIPPED: a second uid needs setpriv");
    Path sandbox = Files.createTempDirectory(Path.of("/tmp"), "strait-gate");
    Files.setPosixFilePermissions(sandbox, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new SecondUser(uid, sandbox);
  }

  int uid() {
    return uid;
  }

  /** Root's, readable by all, writable by root only. */
  Path sandbox() {
    return sandbox;
  }

  /** A directory of root's with this mode, such as 1777, which /tmp has. */
  Path directory(String name, String mode) throws IOException, InterruptedException {
    Path directory = Files.createDirectory(sandbox.resolve(name));
    if (new ProcessBuilder("chmod", mode, directory.toString()).start().waitFor() != 0) {
      throw new IOException("chmod " + mode + " failed");
    }
    return directory;
  }

  private List<String> prefix() {
    return List.of(SETPRIV, "--reuid=" + uid, "--regid=" + uid, "--clear-groups");
  }

  /** Runs a command of his to its end, which must be a good one. */
  void run(String... command) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(prefix());
    all.addAll(Arrays.asList(command));
    Process process = new ProcessBuilder(all).inheritIO().start();
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", all) + " failed");
    }
  }

  /** A JVM of his; see {@link ChildMain}. */
  ChildProcess start(String... arguments) throws IOException {
    return ChildMain.start(prefix(), readableClassPath(), arguments);
  }

  /** The class path, copied to where the foreign uid may read. */
  private String readableClassPath() throws IOException {
    if (classPath != null) {
      return classPath;
    }
    StringBuilder copied = new StringBuilder();
    int n = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path from = Path.of(entry);
      boolean used = entry.contains("junixsocket") || entry.contains("jna");
      if (!used && !entry.endsWith("classes")) {
        continue;
      }
      Path to = sandbox.resolve("cp" + n++ + (Files.isDirectory(from) ? "" : ".jar"));
      copy(from, to);
      copied.append(to).append(File.pathSeparator);
    }
    classPath = copied.toString();
    return classPath;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(directory).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, file.equals(from) ? to : to.resolve(from.relativize(file).toString()));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public void close() throws IOException {
    Files.walkFileTree(
        sandbox,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
