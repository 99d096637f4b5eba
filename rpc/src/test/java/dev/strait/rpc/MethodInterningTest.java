package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** {@link MethodIds}, which gives ids to names, and {@link MethodNames}, which understands them. */
final class MethodInterningTest {
  private static ByteBuffer defining(int id, String name) {
    return new Data().u32(id).text(name).toBuffer();
  }

  private static ByteBuffer known(int id) {
    return new Data().u32(id).toBuffer();
  }

  @Test
  void idsAreCountedUpFromOneAndNeverGivenTwice() {
    MethodIds ids = new MethodIds(3);
    assertEquals(MethodIds.NOT_INTERNED, ids.known("a"));
    assertEquals(1, ids.assign("a"));
    assertEquals(2, ids.assign("b"));
    assertEquals(3, ids.assign("c"));
    assertEquals(1, ids.known("a"));
    assertEquals(MethodIds.NOT_INTERNED, ids.assign("d"));
    assertEquals(MethodIds.NOT_INTERNED, ids.known("d"));
  }

  @Test
  void whatOneSideAssignsTheOtherUnderstands() throws Exception {
    MethodIds ids = new MethodIds(2);
    MethodNames names = new MethodNames(2);
    for (String name : new String[] {"a", "b", "c"}) {
      assertEquals(name, names.read(defining(ids.assign(name), name), true));
    }
    assertEquals("a", names.read(known(1), false));
    assertEquals("b", names.read(known(2), false));
  }

  @Test
  void aNameWithoutAnIdIsNotRemembered() throws Exception {
    MethodNames names = new MethodNames(2);
    assertEquals("a", names.read(defining(0, "a"), true));

    WireException thrown = refused(names, known(1), false);

    assertTrue(thrown.getMessage().contains("method id 1"), thrown.getMessage());
  }

  @Test
  void idsThatSkipRepeatOrExceedAreRefused() throws Exception {
    MethodNames names = new MethodNames(2);
    names.read(defining(1, "a"), true);
    for (int id : new int[] {1, 3, -1}) {
      assertEquals(GoAwayReason.PROTOCOL_ERROR, refused(names, defining(id, "x"), true).reason());
    }
    names.read(defining(2, "b"), true);
    assertTrue(refused(names, defining(3, "c"), true).getMessage().contains("the last 2"));
    for (int id : new int[] {0, 3, -1}) {
      assertEquals(GoAwayReason.PROTOCOL_ERROR, refused(names, known(id), false).reason());
    }
  }

  @Test
  void aNameOverTheLimitIsRefusedBeforeItIsRead() throws Exception {
    MethodNames names = new MethodNames(2);

    WireException thrown = refused(names, new Data().u32(1).u16(1025).toBuffer(), true);

    assertEquals(GoAwayReason.LIMIT_EXCEEDED, thrown.reason());
    assertEquals("x".repeat(1024), names.read(defining(1, "x".repeat(1024)), true));
  }

  @Test
  void aReferenceThatIsCutShortIsRefused() {
    byte[] whole = new Data().u32(1).text("name").toBytes();
    for (int length = 0; length < whole.length; length++) {
      WireException thrown = refused(new MethodNames(2), ByteBuffer.wrap(whole, 0, length), true);
      assertEquals(GoAwayReason.PROTOCOL_ERROR, thrown.reason());
      assertTrue(thrown.getMessage().startsWith("malformed OPEN"), thrown.getMessage());
    }
  }

  private static WireException refused(MethodNames names, ByteBuffer in, boolean withName) {
    return assertThrows(WireException.class, () -> names.read(in, withName));
  }
}
