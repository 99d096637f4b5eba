package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpcAddressTest {
  @ParameterizedTest
  @CsvSource({
    "unix:/run/a.sock, UNIX, /run/a.sock, unix:/run/a.sock",
    "unix:///run/a.sock, UNIX, /run/a.sock, unix:/run/a.sock",
    "unix:////run/a.sock, UNIX, /run/a.sock, unix:/run/a.sock",
    "unix:a/b.sock, UNIX, a/b.sock, unix:a/b.sock",
    "unix-abstract:name, UNIX_ABSTRACT, name, unix-abstract:name",
    "memory:name, MEMORY, name, memory:name",
    "pipe:name, PIPE, name, pipe:name",
    "pipe:/abs, PIPE, /abs, pipe:/abs",
    "pipe:////abs, PIPE, /abs, pipe:/abs",
  })
  void everyAcceptedFormIsParsedAndPrintedInItsCanonicalForm(
      String text, IpcAddress.Scheme scheme, String name, String canonical) {
    IpcAddress address = IpcAddress.of(text);
    assertEquals(scheme, address.scheme());
    assertEquals(name, address.name());
    assertEquals(canonical, address.toString());
    assertEquals(address, IpcAddress.of(canonical));
    assertEquals(address.hashCode(), IpcAddress.of(canonical).hashCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/run/a.sock",
        "tcp:localhost:80",
        "UNIX:/a",
        "unix:",
        "unix://host/a",
        "unix://",
        "unix:/a/",
        "unix-abstract:",
        "memory:",
        "pipe:",
        "unix:/a\0b",
        "memory:a\nb",
        "unix-abstract:\u007f",
        "memory:\ud800"
      })
  void aBadAddressIsRefusedWithTheAcceptedForms(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> IpcAddress.of(text));
    assertTrue(refused.getMessage().contains("accepted forms: unix:/absolute/path"));
  }

  @Test
  void aMessageShowsNoControlCharacters() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> IpcAddress.of("unix:/a\u001b[31m\nforged line"));
    assertTrue(refused.getMessage().contains("\\u001b[31m\\u000aforged"), refused.getMessage());
    assertFalse(refused.getMessage().chars().anyMatch(Character::isISOControl));
  }

  @Test
  void theLimitOfAPathIsInBytesAndIsToldWithTheActualLength() {
    String longest = "unix:/" + "a".repeat(106);
    assertEquals(107, IpcAddress.of(longest, 107).name().length());
    for (String tooLong : new String[] {longest + "a", "unix:/" + "\u00e9".repeat(53) + "a"}) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> IpcAddress.of(tooLong, 107));
      assertTrue(refused.getMessage().contains("at most 107 bytes, was 108"), refused.getMessage());
    }
    assertEquals(106, IpcAddress.longestPathBytes("Linux"));
    assertEquals(102, IpcAddress.longestPathBytes("Mac OS X"));
    assertThrows(
        IllegalArgumentException.class, () -> IpcAddress.of("unix:/" + "a".repeat(103), 103));
    assertThrows(
        IllegalArgumentException.class, () -> IpcAddress.of("unix-abstract:" + "a".repeat(108)));
  }

  @Test
  void aPipeHasANameOrAnAbsoluteDirectory() {
    assertEquals("pipe:/run/app", IpcAddress.of("pipe:/run/app").toString());
    assertEquals(IpcAddress.of("pipe:/run/app"), IpcAddress.of("pipe:///run/app"));
    assertEquals("app", IpcAddress.of("pipe:app").name());
    assertInvalid("pipe:a/b", "an absolute path");
    assertInvalid("pipe://host/a", "a host is not possible");
    assertInvalid("pipe:" + "n".repeat(201), "at most 200 bytes, was 201");
    assertInvalid("pipe:/" + "n".repeat(4000), "at most 4000 bytes, was 4001");
  }

  private static void assertInvalid(String address, String why) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> IpcAddress.of(address));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }

  @Test
  void namedPipesAreInADirectoryOfTheUsersOwn() {
    assertEquals(
        Path.of("/run/user/7/strait-pipe-app"),
        RuntimeDirectory.pipes("app", "/run/user/7", "/tmp"));
    Path temporary = Path.of("/tmp/strait-" + OwnIdentity.uid() + "-pipe-app");
    assertEquals(temporary, RuntimeDirectory.pipes("app", null, "/tmp"));
    assertEquals(temporary, RuntimeDirectory.pipes("app", "relative", "/tmp"));
    Path hostile = RuntimeDirectory.pipes("../../etc", "/run/user/7", "/tmp");
    assertEquals(Path.of("/run/user/7"), hostile.getParent());
    assertNotEquals(hostile, RuntimeDirectory.pipes("....etc", "/run/user/7", "/tmp"));
  }

  @Test
  void anAddressOfOnesOwnNeedsAProvider() {
    IpcAddress own = IpcAddress.custom("loop", "a:b");
    assertEquals("loop:a:b", own.toString());
    assertEquals(IpcAddress.custom("loop", "a:b"), own);
    assertNotEquals(IpcAddress.custom("hoop", "a:b"), own);
    assertThrows(IllegalArgumentException.class, () -> IpcAddress.of("loop:a"));
    assertThrows(IllegalArgumentException.class, () -> IpcAddress.custom("unix", "a"));
    assertThrows(IllegalArgumentException.class, () -> IpcAddress.custom("Loop", "a"));
    assertThrows(IllegalArgumentException.class, () -> IpcAddress.custom("loop", ""));
    UnsupportedOperationException unknown =
        assertThrows(
            UnsupportedOperationException.class,
            () -> Transports.connecting(own, TransportOptions.DEFAULTS));
    assertTrue(unknown.getMessage().contains("TransportProvider"), unknown.getMessage());
  }

  @Test
  void theRuntimeDirectoryIsTheUsersOwn() {
    assertEquals(
        "unix:/run/user/7/app/main.sock",
        RuntimeDirectory.address("app", "main", "/run/user/7", "/tmp").toString());
    String fallback = "unix:/tmp/strait-" + OwnIdentity.uid() + "/app.main.sock";
    assertEquals(fallback, RuntimeDirectory.address("app", "main", null, "/tmp").toString());
    assertEquals(fallback, RuntimeDirectory.address("app", "main", "", "/tmp").toString());
    assertEquals(fallback, RuntimeDirectory.address("app", "main", "rel", "/tmp").toString());
  }

  @Test
  void hostileNamesStayInsideTheRuntimeDirectoryAndApart() {
    for (String hostile : new String[] {"../../etc/x", "a/b", "..", "a\0b", "a b", "\u00e9"}) {
      String name = RuntimeDirectory.address("app", hostile, "/run/u", "/tmp").name();
      assertTrue(name.matches("/run/u/app/[A-Za-z0-9_-]+\\.sock"), name);
    }
    assertNotEquals(RuntimeDirectory.sanitize("a/b"), RuntimeDirectory.sanitize("a b"));
    assertNotEquals(RuntimeDirectory.sanitize("a/b"), RuntimeDirectory.sanitize("a_b"));
    assertThrows(IllegalArgumentException.class, () -> RuntimeDirectory.sanitize(""));
    assertThrows(
        IllegalArgumentException.class,
        () -> RuntimeDirectory.address("app", "x".repeat(120), "/run/u", "/tmp"));
  }
}
