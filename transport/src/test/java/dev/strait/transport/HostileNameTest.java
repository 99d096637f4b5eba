package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.transport.contract.ChildProcess;
import dev.strait.transport.contract.Pair;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile path strings never alter an identity: X8 of the torture list. */
@Timeout(30)
class HostileNameTest {
  /** Each is a name of its own, whatever it looks like, and whatever it would mean decoded. */
  private static final List<String> ASCII =
      List.of(
          "a.sock",
          "A.sock",
          "a.sock ",
          " a.sock",
          "a%2esock",
          "a%252esock",
          "a.sock%00",
          "a.sock%0auid=0",
          "%2e%2e%2fa.sock",
          "..a.sock",
          "a.sock..",
          "a\\u002esock",
          "uid=0 gid=0 pid=1",
          "PeerCredentials[uid=0, gid=0]",
          "$HOME.sock",
          "~",
          "`id`.sock",
          "a;b.sock",
          "a?b#c.sock",
          "unix:a.sock",
          "*.sock",
          "-rf");

  private static final List<String> UNICODE =
      List.of(
          "\u0430.sock", // Cyrillic
          "\uff41.sock", // full width
          "\u00e9.sock", // composed
          "e\u0301.sock", // decomposed
          "a\u2024sock", // one dot leader
          "a\u2044b.sock", // fraction slash
          "a\ud83d\ude00.sock");

  @TempDir Path directory;

  private static Acceptor serve(IpcAddress address) throws IOException {
    Acceptor acceptor = Transports.acceptor(address, TransportOptions.DEFAULTS);
    try {
      acceptor.start(Transport::close);
    } catch (IOException e) {
      acceptor.close();
      throw e;
    }
    return acceptor;
  }

  private static void connect(IpcAddress address) throws IOException {
    try (Transport transport = Transports.connecting(address, TransportOptions.DEFAULTS)) {
      transport.connect(Pair.TIMEOUT);
    }
  }

  @ParameterizedTest(name = "{0}:")
  @ValueSource(strings = {"unix", "unix-abstract", "memory"})
  @DisplayName("X8 whatever a name looks like, it is reached by itself only and alters no identity")
  void aNameIsReachedByItselfOnly(String scheme) throws Exception {
    eachIsReachedByItselfOnly(scheme, ASCII);
  }

  @ParameterizedTest(name = "{0}:")
  @ValueSource(strings = {"unix", "unix-abstract", "memory"})
  @DisplayName("X8 the same for names in Unicode that look alike")
  void aNameInUnicodeIsReachedByItselfOnly(String scheme) throws Exception {
    assumeTrue(
        "UTF-8".equals(System.getProperty("sun.jnu.encoding")),
        "SKIPPED: this locale has no such paths");
    eachIsReachedByItselfOnly(scheme, UNICODE);
  }

  private void eachIsReachedByItselfOnly(String scheme, List<String> names) throws Exception {
    for (String served : names) {
      IpcAddress address = IpcAddress.of(scheme + ":" + directory + "/" + served);
      assertEquals(directory + "/" + served, address.name());
      assertEquals(address, IpcAddress.of(address.toString()));
      try (Pair pair = new Pair(address, TransportOptions.DEFAULTS, false)) {
        for (Transport side : List.of(pair.client, pair.server)) {
          assertEquals(OwnIdentity.uid(), side.peer().uid());
          assertEquals(OwnIdentity.credentials().gid(), side.peer().gid());
          assertEquals(address, side.address());
        }
        if (scheme.equals("unix")) {
          assertTrue(Files.exists(directory.resolve(served)));
        }
        for (String other : names) {
          if (!other.equals(served)) {
            IpcAddress lookalike = IpcAddress.of(scheme + ":" + directory + "/" + other);
            assertThrows(ConnectException.class, () -> connect(lookalike), other);
            assertNotEquals(address, lookalike);
          }
        }
      }
    }
  }

  @Test
  @DisplayName("X8 another spelling of a path is the same endpoint, checked and locked as such")
  void anotherSpellingIsTheSameEndpoint() throws Exception {
    Files.createDirectory(directory.resolve("sub"));
    try (Acceptor acceptor = serve(IpcAddress.of("unix:" + directory + "/a.sock"))) {
      for (String spelling :
          List.of("//a.sock", "/./a.sock", "/sub/../a.sock", "/sub/./.././a.sock")) {
        IpcAddress address = IpcAddress.of("unix:" + directory + spelling);
        connect(address);
        BindException refused = assertThrows(BindException.class, () -> serve(address));
        assertTrue(refused.getMessage().contains("live server of this process"), spelling);
      }
    }
  }

  @Test
  @DisplayName("X8 what a path passes through is checked, whatever dots it is written with")
  void dotsDoNotHideWhatAPathPassesThrough() throws Exception {
    // Both are there; the kernel goes to the open one, and so must the check.
    Path open = Files.createDirectory(directory.resolve("open"));
    Files.createDirectories(directory.resolve("safe/open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (String way : List.of("/safe/../open", "/safe/./../open", "/safe/.//./../open/.")) {
      IpcAddress address = IpcAddress.of("unix:" + directory + way + "/a.sock");
      for (boolean serving : new boolean[] {true, false}) {
        IOException refused =
            assertThrows(
                java.nio.file.AccessDeniedException.class,
                () -> {
                  if (serving) {
                    serve(address).close();
                  } else {
                    connect(address);
                  }
                },
                way);
        assertTrue(refused.getMessage().startsWith(open + ": not a safe place"), refused::toString);
      }
    }
    assertEquals(0, open.toFile().list().length);
  }

  @Test
  @DisplayName(
      "X8 a path that names a directory, or nothing, is refused without control characters")
  void aPathThatNamesNoSocketIsRefused() throws IOException {
    Path base = Files.createDirectory(directory.resolve("base"));
    Files.createDirectory(base.resolve("sub"));
    for (String path : List.of("/..", "/.", "/sub/..", "/../base")) {
      IpcAddress address = IpcAddress.of("unix:" + base + path);
      BindException refused = assertThrows(BindException.class, () -> serve(address), path);
      assertTrue(refused.getMessage().contains("there is a directory"), refused.getMessage());
      assertThrows(ConnectException.class, () -> connect(address), path);
    }
    for (String bad :
        List.of(
            "/a\n.sock", "/a\r\nforged", "/a\0.sock", "/a\u001b[2J", "/a\u0085", "/a/", "/a//")) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class, () -> IpcAddress.of("unix:" + directory + bad));
      assertFalse(refused.getMessage().chars().anyMatch(Character::isISOControl), bad);
    }
    String huge = "unix:" + directory + "/\n" + "x".repeat(1_000_000);
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> IpcAddress.of(huge));
    assertTrue(refused.getMessage().length() < 1_000, "cut: " + refused.getMessage().length());
  }

  @Test
  @DisplayName("X8 a directory with a hostile name shows in messages in one escaped line")
  void aDirectoryWithAHostileNameIsEscaped() throws Exception {
    Path hostile = Files.createDirectory(directory.resolve("x\nNOTHING LEFT OPEN\u001b[2J"));
    Files.setPosixFilePermissions(hostile, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (ChildProcess child =
        ChildMain.start(
            List.of(),
            System.getProperty("java.class.path"),
            Map.of(),
            hostile.toFile(),
            "try",
            "unix:a.sock",
            "connect unix:a.sock",
            "unix:new/a.sock",
            "unix:no/where/a.sock")) {
      String shown = directory + "/x\\u000aNOTHING LEFT OPEN\\u001b[2J";
      for (int i = 0; i < 4; i++) {
        String line = child.readLine();
        String start = "FAILED AccessDeniedException: " + shown + ": not a safe place for unix:";
        assertTrue(line.startsWith(start), line);
      }
      assertEquals("NOTHING LEFT OPEN", child.readLine());
    }
    assertEquals(0, hostile.toFile().list().length);
  }

  @Test
  @DisplayName("X8 no name in the runtime directory passes for another or leaves it")
  void noNameInTheRuntimeDirectoryPassesForAnother() {
    Map<String, String> owners = new HashMap<>();
    for (String name :
        List.of(
            "a_b",
            "a/b",
            "a b",
            "a.b",
            "a\nb",
            "a\0b",
            "a%2fb",
            "..",
            ".",
            "../..",
            "../../etc/x",
            "__",
            "\u0430",
            "\u00e9",
            "e\u0301",
            "\ud800",
            "\ud801",
            "?",
            "_")) {
      // Also what each becomes, and what that becomes.
      String made = name;
      for (int i = 0; i < 3; i++) {
        String clean = RuntimeDirectory.sanitize(made);
        assertTrue(clean.matches("[A-Za-z0-9_-]+"), clean);
        String owner = owners.put(clean, made);
        assertTrue(owner == null || owner.equals(made), owner + " and " + made + " are " + clean);
        made = clean;
      }
      String path = RuntimeDirectory.address(name, name, "/run/user/7", "/tmp").name();
      assertEquals(Path.of("/run/user/7"), Path.of(path).normalize().getParent().getParent());
      path = RuntimeDirectory.address(name, name, null, "/tmp").name();
      assertEquals(
          Path.of("/tmp/strait-" + OwnIdentity.uid()), Path.of(path).normalize().getParent());
    }
    assertNotEquals(
        RuntimeDirectory.address("a", "b.c", null, "/tmp"),
        RuntimeDirectory.address("a.b", "c", null, "/tmp"));
    for (String hostile : List.of("/run/user/7\nx", "/run/user/7\0")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> RuntimeDirectory.address("a", "b", hostile, "/tmp"));
    }
  }

  @Test
  @DisplayName("X8 what does not show is no part of a name")
  void whatDoesNotShowIsRefused() {
    for (String hidden : List.of("\u200b", "\u202e", "\u2028", "\u2029", "\ufeff")) {
      for (String scheme : List.of("unix:/", "unix-abstract:", "pipe:", "memory:")) {
        IllegalArgumentException refused =
            assertThrows(
                IllegalArgumentException.class, () -> IpcAddress.of(scheme + "a" + hidden + "b"));
        assertTrue(refused.getMessage().contains("does not show"), refused.getMessage());
        assertFalse(refused.getMessage().contains(hidden), "and is not shown in the message");
      }
    }
  }
}
