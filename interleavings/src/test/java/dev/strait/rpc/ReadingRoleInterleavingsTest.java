package dev.strait.rpc;

import dev.strait.transport.Interleavings;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * The moves of {@link ReadingRole}, made by several threads at once, have the results that they
 * have one after the other. A thread makes only moves that are its own to make, and reads while it
 * has the role: what two had at once would be seen in the reads that it counts.
 */
public class ReadingRoleInterleavingsTest {
  private static final String OTHERS = "0:3";

  private final ReadingRole role = new ReadingRole();
  private final Object[] holders = {"a", "b", "c", "d"};
  private final Object[] lent = {"lent by a", "lent by b", "lent by c", "lent by d"};
  private int reads;

  @Operation
  public int take(@Param(gen = ThreadIdGen.class) int thread) {
    return role.take(holders[thread]) ? ++reads : -1;
  }

  @Operation
  public int release(@Param(gen = ThreadIdGen.class) int thread) {
    if (!role.isHeldBy(holders[thread])) {
      return -1;
    }
    int last = ++reads;
    role.release(holders[thread]);
    return last;
  }

  @Operation
  public boolean layDown(@Param(gen = ThreadIdGen.class) int thread) {
    if (!role.isHeldBy(holders[thread])) {
      return false;
    }
    role.layDown(lent[thread]);
    return true;
  }

  @Operation
  public int takeUp(@Param(gen = ThreadIdGen.class) int thread) {
    return role.takeUp(lent[thread], holders[thread]) ? ++reads : -1;
  }

  @Operation
  public boolean takeAway(@Param(gen = IntGen.class, conf = OTHERS) int from) {
    return role.takeAway(lent[from]);
  }

  /** For a reader that has the role, or has lost it. */
  @Operation
  public void putBack(@Param(gen = ThreadIdGen.class) int thread) {
    role.putBack(lent[thread]);
  }

  @Operation
  public boolean isVacant() {
    return role.isVacant();
  }

  @Operation
  public boolean isLent(@Param(gen = IntGen.class, conf = OTHERS) int by) {
    return role.isLent(lent[by]);
  }

  @Operation
  public boolean isReading(@Param(gen = ThreadIdGen.class) int thread) {
    return role.isHeldByCurrentThread();
  }

  @Test
  void theMovesAreOneAfterTheOther() {
    Interleavings.ofThreeThreads()
        .sequentialSpecification(OneAfterTheOther.class)
        .check(ReadingRoleInterleavingsTest.class);
  }

  /** The table in the Javadoc of the role. */
  public static final class OneAfterTheOther {
    private static final int NOBODY = -1;

    private int holder = NOBODY;
    private int lender = NOBODY;
    private int reads;

    public int take(int thread) {
      if (!isVacant()) {
        return -1;
      }
      holder = thread;
      return ++reads;
    }

    public int release(int thread) {
      if (holder != thread) {
        return -1;
      }
      holder = NOBODY;
      return ++reads;
    }

    public boolean layDown(int thread) {
      if (holder != thread) {
        return false;
      }
      holder = NOBODY;
      lender = thread;
      return true;
    }

    public int takeUp(int thread) {
      if (lender != thread) {
        return -1;
      }
      lender = NOBODY;
      holder = thread;
      return ++reads;
    }

    public boolean takeAway(int from) {
      boolean lent = lender == from;
      lender = lent ? NOBODY : lender;
      return lent;
    }

    public void putBack(int thread) {
      lender = isVacant() ? thread : lender;
    }

    public boolean isVacant() {
      return holder == NOBODY && lender == NOBODY;
    }

    public boolean isLent(int by) {
      return lender == by;
    }

    public boolean isReading(int thread) {
      return holder == thread;
    }
  }
}
