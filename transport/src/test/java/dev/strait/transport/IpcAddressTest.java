package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpcAddressTest {
  @ParameterizedTest
  @CsvSource({
    "unix:/run/a.sock, UNIX, /run/a.sock, unix:/run/a.sock",
    "unix:///run/a.sock, UNIX, /run/a.sock, unix:/run/a.sock",
    "unix:a/b.sock, UNIX, a/b.sock, unix:a/b.sock",
    "unix-abstract:name, UNIX_ABSTRACT, name, unix-abstract:name",
    "memory:name, MEMORY, name, memory:name",
    "pipe:name, PIPE, name, pipe:name",
    "pipe:/abs, PIPE, /abs, pipe:/abs",
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
    assertEquals(107, IpcAddress.longestPathBytes("Linux"));
    assertEquals(103, IpcAddress.longestPathBytes("Mac OS X"));
    assertThrows(
        IllegalArgumentException.class, () -> IpcAddress.of("unix:/" + "a".repeat(103), 103));
    assertThrows(
        IllegalArgumentException.class, () -> IpcAddress.of("unix-abstract:" + "a".repeat(108)));
  }

  @Test
  void pipesAreReserved() {
    UnsupportedOperationException reserved =
        assertThrows(
            UnsupportedOperationException.class,
            () -> Transports.connecting(IpcAddress.of("pipe:x"), TransportOptions.DEFAULTS));
    assertTrue(reserved.getMessage().contains("reserved, not available yet"));
    assertThrows(
        UnsupportedOperationException.class,
        () -> Transports.acceptor(IpcAddress.of("pipe:x"), TransportOptions.DEFAULTS));
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
