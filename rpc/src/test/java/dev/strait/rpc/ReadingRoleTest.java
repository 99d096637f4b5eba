package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The table in the Javadoc of {@link ReadingRole}. */
final class ReadingRoleTest {
  private final ReadingRole role = new ReadingRole();
  private final Object reader = new Object();
  private final Object lent = new Object();
  private final Object other = new Object();

  private void assertIs(boolean vacant, boolean isLent, boolean heldByUs) {
    assertEquals(vacant, role.isVacant());
    assertEquals(isLent, role.isLent(lent));
    assertEquals(heldByUs, role.isHeldByCurrentThread());
  }

  @Test
  void aVacantRoleIsTakenAndReleased() {
    assertIs(true, false, false);
    assertFalse(role.takeUp(lent, reader));
    assertFalse(role.takeAway(lent));
    assertTrue(role.take(reader));
    assertIs(false, false, true);
    role.release(reader);
    assertIs(true, false, false);
  }

  @Test
  void aRoleThatIsHeldIsNeitherTakenNorTakenUpNorTakenAway() {
    role.take(reader);
    assertFalse(role.take(other));
    assertFalse(role.takeUp(lent, other));
    assertFalse(role.takeAway(lent));
    assertIs(false, false, true);
  }

  @Test
  void aRoleThatIsLentIsTakenUpAgain() {
    role.take(reader);
    role.layDown(lent);
    assertIs(false, true, false);
    assertFalse(role.take(other));
    assertTrue(role.takeUp(lent, reader));
    assertIs(false, false, true);
  }

  @Test
  void aRoleThatWasTakenAwayIsVacantAndNotTakenUp() {
    role.take(reader);
    role.layDown(lent);
    assertTrue(role.takeAway(lent));
    assertIs(true, false, false);
    assertFalse(role.takeAway(lent));
    assertFalse(role.takeUp(lent, reader));
    assertTrue(role.take(other));
    assertFalse(role.takeUp(lent, reader));
    assertIs(false, false, true);
  }

  @Test
  void onlyTheHolderReleases() {
    assertThrows(IllegalStateException.class, () -> role.release(reader));
    role.take(reader);
    assertThrows(IllegalStateException.class, () -> role.release(other));
  }

  @Test
  void threadsThatCompeteHoldItOneAtATime() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    int[] plain = {0};
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Object me = new Object();
      threads.add(
          new Thread(
              () -> {
                for (int turn = 0; turn < 20_000; ) {
                  if (!role.take(me)) {
                    Thread.onSpinWait();
                    continue;
                  }
                  overlaps.addAndGet(inside.incrementAndGet() == 1 ? 0 : 1);
                  plain[0]++;
                  turn++;
                  inside.decrementAndGet();
                  role.release(me);
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }

    assertEquals(0, overlaps.get());
    assertEquals(80_000, plain[0], "what the role guards was not handed over");
  }
}
