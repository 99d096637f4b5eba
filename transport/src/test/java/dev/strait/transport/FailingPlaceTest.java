package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.transport.contract.ChildProcess;
import dev.strait.transport.contract.Pair;
import java.io.File;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The place of a socket fails its server: P1, P2 and P4 of the torture list. */
@Timeout(30)
class FailingPlaceTest {
  @TempDir Path directory;

  private String unix(String name) {
    return "unix:" + directory.resolve(name);
  }

  private String pipe(String name) {
    return "pipe:" + directory.resolve(name);
  }

  /** Has another process serve and connect to each, behind the prefix; gives what it told. */
  private List<String> tryAll(List<String> prefix, String... addresses) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("try"));
    arguments.addAll(List.of(addresses));
    try (ChildProcess child =
        ChildMain.start(
            prefix,
            System.getProperty("java.class.path"),
            Map.of(),
            new File("."),
            arguments.toArray(new String[0]))) {
      return linesOf(child, addresses.length);
    }
  }

  private static List<String> linesOf(ChildProcess child, int count) throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(child.readLine());
    }
    assertEquals("NOTHING LEFT OPEN", child.readLine());
    return lines;
  }

  /** Runs a script, then the JVM, in mounts of its own, which end with it. */
  private static List<String> withMounts(String script) throws Exception {
    assumeTrue(OwnIdentity.uid() == 0, "SKIPPED: mounts need root");
    List<String> prefix =
        List.of("unshare", "--mount", "sh", "-c", script + " && exec \"$@\"", "sh");
    List<String> probe = new ArrayList<>(prefix);
    probe.add("true");
    assumeTrue(
        new ProcessBuilder(probe).start().waitFor() == 0, "SKIPPED: mounts are not allowed here");
    return prefix;
  }

  private Path mountPoint(String name) throws Exception {
    return Files.createDirectory(directory.resolve(name));
  }

  @Test
  @DisplayName("P1 a full tmpfs: a typed error that names endpoint and path, and nothing is left")
  void aFullTmpfsIsATypedErrorAndNothingIsLeft() throws Exception {
    Path noLock = mountPoint("nolock");
    Path noSocket = mountPoint("nosocket");
    Path noBytes = mountPoint("nobytes");
    // An inode is the root's; a second one takes the lock file, a third the socket.
    List<String> prefix =
        withMounts(
            "mount -t tmpfs -o nr_inodes=1,mode=700 none "
                + noLock
                + " && mount -t tmpfs -o nr_inodes=2,mode=700 none "
                + noSocket
                + " && mount -t tmpfs -o size=4k,mode=700 none "
                + noBytes
                + " && head -c 4096 /dev/zero > "
                + noBytes
                + "/full");

    List<String> lines =
        tryAll(
            prefix,
            unix("nolock/a.sock"),
            unix("nolock/a.sock"),
            unix("nosocket/a.sock"),
            // Again, so the first try has given its lock back; and there is no file to be stale.
            unix("nosocket/a.sock"),
            "connect " + unix("nosocket/a.sock"),
            unix("nolock/new/a.sock"),
            unix("nobytes/a.sock"));

    String full = ": No space left on device";
    String lock = "FAILED FileSystemException: " + noLock + "/a.sock.lock: cannot serve ";
    assertEquals(lock + unix("nolock/a.sock") + full, lines.get(0));
    assertEquals(lines.get(0), lines.get(1));
    String socket = "FAILED FileSystemException: " + noSocket + "/a.sock: cannot serve ";
    assertEquals(socket + unix("nosocket/a.sock") + full, lines.get(2));
    assertEquals(lines.get(2), lines.get(3));
    assertTrue(lines.get(4).contains("no such file"), lines.get(4));
    assertEquals(
        "FAILED FileSystemException: "
            + noLock
            + "/new: cannot serve "
            + unix("nolock/new/a.sock")
            + full,
        lines.get(5));
    assertEquals("OK", lines.get(6), "a socket and its lock take no bytes");
  }

  @Test
  @DisplayName("P1 the same over pipe:, also for a client that can make no pipes")
  void aFullTmpfsIsATypedErrorOverPipes() throws Exception {
    // An inode each is the root's, the lock's, the server's pipe's, and two are a client's.
    StringBuilder mounts = new StringBuilder("true");
    for (int inodes = 1; inodes <= 5; inodes++) {
      Path place = mountPoint("inodes" + inodes);
      mounts.append(" && mount -t tmpfs -o mode=700,nr_inodes=").append(inodes);
      mounts.append(" none ").append(place);
    }

    List<String> lines =
        tryAll(
            withMounts(mounts.toString()),
            pipe("inodes1/new"),
            pipe("inodes1"),
            pipe("inodes2"),
            pipe("inodes2"),
            pipe("inodes3"),
            pipe("inodes4"),
            pipe("inodes4"),
            pipe("inodes5"));

    List<String> missing =
        List.of(
            "inodes1/new: cannot serve " + pipe("inodes1/new"),
            "inodes1/lock: cannot serve " + pipe("inodes1"),
            "inodes2/accept: cannot serve " + pipe("inodes2"),
            // Again, so the first try has given its lock back.
            "inodes2/accept: cannot serve " + pipe("inodes2"),
            "inodes3/c-ID.up: cannot connect to " + pipe("inodes3"),
            "inodes4/c-ID.down: cannot connect to " + pipe("inodes4"),
            "inodes4/c-ID.down: cannot connect to " + pipe("inodes4"));
    for (int i = 0; i < missing.size(); i++) {
      assertEquals(
          "FAILED FileSystemException: "
              + directory.resolve(missing.get(i))
              + ": No space left on device",
          lines.get(i).replaceFirst("c-[0-9a-f]{32}", "c-ID"));
    }
    assertEquals("OK", lines.get(missing.size()));
  }

  @Test
  @DisplayName("P2 a read-only file system: a typed error that names endpoint and path")
  void aReadOnlyFileSystemIsATypedError() throws Exception {
    Path readOnly = mountPoint("readonly");
    List<String> prefix =
        withMounts(
            "mount -t tmpfs -o mode=700 none "
                + readOnly
                + " && touch "
                + readOnly
                + "/b.sock.lock && chmod 600 "
                + readOnly
                + "/b.sock.lock && mount -o remount,ro none "
                + readOnly);
    String[] addresses = {
      unix("readonly/a.sock"),
      unix("readonly/b.sock"),
      unix("readonly/new/a.sock"),
      pipe("readonly"),
      pipe("readonly/new"),
    };
    String[] files = {"/a.sock.lock", "/b.sock.lock", "/new", "/lock", "/new"};

    List<String> lines = tryAll(prefix, addresses);

    for (int i = 0; i < files.length; i++) {
      assertEquals(
          "FAILED FileSystemException: "
              + readOnly
              + files[i]
              + ": cannot serve "
              + addresses[i]
              + ": Read-only file system",
          lines.get(i));
    }
  }

  @Test
  @DisplayName("P2 EACCES, as a second uid: a typed error that names endpoint and path")
  void missingPermissionIsATypedError() throws Exception {
    try (SecondUser user = SecondUser.orSkip()) {
      Path closed = user.directory("closed", "700");
      Path readable = user.directory("readable", "755");
      // His lock file is there already, so it is the socket that cannot be made.
      Path halfway = user.directory("halfway", "755");
      Path lock = Files.createFile(halfway.resolve("a.sock.lock"));
      Files.setAttribute(lock, "unix:uid", SecondUser.UID);
      IpcAddress served = IpcAddress.of("unix:" + readable + "/root.sock");
      try (Acceptor acceptor = Transports.acceptor(served, TransportOptions.DEFAULTS)) {
        acceptor.start(Transport::close);
        String[] what = {
          "unix:" + closed + "/a.sock",
          "unix:" + closed + "/new/a.sock",
          "unix:" + readable + "/a.sock",
          "unix:" + readable + "/new/a.sock",
          "unix:" + halfway + "/a.sock",
          "connect unix:" + closed + "/a.sock",
          "connect " + served,
          served.toString(),
          "pipe:" + closed + "/pipes",
          "connect pipe:" + closed + "/pipes",
          "pipe:" + readable + "/pipes",
        };
        List<String> arguments = new ArrayList<>(List.of("try"));
        arguments.addAll(List.of(what));
        List<String> lines;
        try (ChildProcess child = user.start(arguments.toArray(new String[0]))) {
          lines = linesOf(child, what.length);
        }
        String[] file = {
          closed + "/a.sock.lock",
          closed + "/new",
          readable + "/a.sock.lock",
          readable + "/new",
          halfway + "/a.sock",
          closed + "/a.sock",
          served.name(),
          readable + "/root.sock.lock",
          closed + "/pipes",
          closed + "/pipes",
          readable + "/pipes",
        };
        for (int i = 0; i < what.length; i++) {
          String line = lines.get(i);
          assertTrue(line.startsWith("FAILED AccessDeniedException: " + file[i] + ": "), line);
          assertTrue(line.contains(what[i].replace("connect ", "")), line);
        }
        assertFalse(Files.exists(readable.resolve("new")));
        assertFalse(Files.exists(readable.resolve("pipes")));
        assertFalse(Files.exists(halfway.resolve("a.sock")));
      }
    }
  }

  @Test
  @DisplayName("P2 a missing directory: a typed error that names endpoint and path")
  void aMissingDirectoryIsATypedError() {
    for (String text : List.of(unix("no/where/a.sock"), pipe("no/where"))) {
      IpcAddress address = IpcAddress.of(text);
      NoSuchFileException missing = assertThrows(NoSuchFileException.class, () -> start(address));
      assertEquals(directory.resolve("no").toString(), missing.getFile());
      assertTrue(missing.getMessage().contains(text), missing.getMessage());
      assertFalse(Files.exists(directory.resolve("no")));
    }
  }

  @Test
  @DisplayName("P4 the lock of a stopped holder is not stolen, and it serves when it goes on")
  void theLockOfAStoppedHolderIsNotStolen() throws Exception {
    for (String scheme : new String[] {"unix:", "unix-abstract:"}) {
      Path path = directory.resolve("a.sock");
      IpcAddress address = IpcAddress.of(scheme + path);
      try (ChildProcess holder = ChildMain.start("serve", address.toString())) {
        assertEquals("READY", holder.readLine());
        FileStat before = BoundSocket.found(path);
        holder.signal("STOP");

        BindException refused = assertThrows(BindException.class, () -> start(address));

        assertTrue(refused.getMessage().contains(address + " is in use by a live server"));
        if (address.scheme() == IpcAddress.Scheme.UNIX) {
          assertTrue(refused.getMessage().contains("another process holds its lock"));
          // Without the lock file it is the socket that tells.
          Files.move(directory.resolve("a.sock.lock"), directory.resolve("elsewhere"));
          BindException alive = assertThrows(BindException.class, () -> start(address));
          assertTrue(alive.getMessage().contains("it takes connections"), alive.getMessage());
          Files.move(
              directory.resolve("elsewhere"),
              directory.resolve("a.sock.lock"),
              java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        assertEquals(before, BoundSocket.found(path));
        try (Transport client = Transports.connecting(address, TransportOptions.DEFAULTS)) {
          client.connect(Pair.TIMEOUT);
          client.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
          client.flush();
          holder.signal("CONT");
          client.disconnect(Pair.TIMEOUT);
        }
        String line = holder.readLine();
        while (line.equals("ENDED after 0 bytes")) {
          // A server that looked whether it lives.
          line = holder.readLine();
        }
        assertEquals("ENDED after 3 bytes", line);
      }
    }
  }

  private static void start(IpcAddress address) throws java.io.IOException {
    try (Acceptor acceptor = Transports.acceptor(address, TransportOptions.DEFAULTS)) {
      acceptor.start(Transport::close);
    }
  }
}
