package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link SendCredit} and {@link ReceiveCredit}, alone and against each other. */
final class CreditTest {
  @Test
  void whatIsSpentIsNotAvailableUntilTheLimitIsRaised() throws Exception {
    SendCredit credit = new SendCredit(100);
    credit.spend(70);
    assertEquals(30, credit.available());

    assertTrue(credit.raise(150));

    assertEquals(80, credit.available());
  }

  @Test
  void theSameLimitAgainIsNoRaiseAndNoFault() throws Exception {
    assertFalse(new SendCredit(100).raise(100));
  }

  @Test
  void aLimitThatGoesBackIsAFault() {
    WireException thrown = assertThrows(WireException.class, () -> new SendCredit(100).raise(99));

    assertEquals(GoAwayReason.FLOW_CONTROL_ERROR, thrown.reason());
    assertTrue(thrown.getMessage().contains("100 back to 99"), thrown.getMessage());
  }

  @Test
  void aLimitBeyondTheCounterIsAFault() throws Exception {
    SendCredit credit = new SendCredit(100);
    assertTrue(credit.raise(Long.MAX_VALUE));

    WireException thrown = assertThrows(WireException.class, () -> credit.raise(Long.MIN_VALUE));

    assertEquals(GoAwayReason.FLOW_CONTROL_ERROR, thrown.reason());
    assertTrue(thrown.getMessage().contains("9223372036854775808"), thrown.getMessage());
    assertEquals(Long.MAX_VALUE, credit.available());
  }

  @Test
  void moreThanWasGrantedIsRefusedAndNotCounted() {
    ReceiveCredit credit = new ReceiveCredit(100);
    assertTrue(credit.receive(60));
    assertFalse(credit.receive(41));
    assertTrue(credit.receive(40));
    assertFalse(credit.receive(1));
    assertEquals(100, credit.held());
  }

  @Test
  void creditIsAnnouncedByTheHalfWindow() {
    ReceiveCredit credit = new ReceiveCredit(100);
    assertTrue(credit.receive(100));

    assertFalse(credit.consume(49));
    assertTrue(credit.consume(1));
    assertEquals(150, credit.limit());
    assertFalse(credit.consume(49));
    assertTrue(credit.consume(1));
    assertEquals(200, credit.limit());

    assertEquals(0, credit.held());
  }

  @Test
  void ofTwoThreadsThatHaveALimitToAnnounceTheLastToDoSoAnnouncesTheHighest() throws Exception {
    SendCredit sender = new SendCredit(100);
    ReceiveCredit receiver = new ReceiveCredit(100);
    assertTrue(receiver.receive(100));
    // Each is overtaken by the next before it announces, so they do it the other way round.
    assertTrue(receiver.consume(50));
    assertTrue(receiver.consume(50));

    assertTrue(sender.raise(receiver.limit()));
    assertFalse(sender.raise(receiver.limit()));
  }

  @Test
  void nothingIsLostBetweenTheTwoSides() throws Exception {
    Random random = new Random(7);
    for (int window : new int[] {1, 2, 3, 100, 1024, 65_536}) {
      SendCredit sender = new SendCredit(window);
      ReceiveCredit receiver = new ReceiveCredit(window);
      long held = 0;
      for (int step = 0; step < 10_000; step++) {
        if (random.nextBoolean() && sender.available() > 0) {
          long bytes = 1 + random.nextInt((int) sender.available());
          sender.spend(bytes);
          assertTrue(receiver.receive(bytes), "the receiver counts less than the sender");
          held += bytes;
        } else if (held > 0) {
          long bytes = 1 + random.nextInt((int) held);
          held -= bytes;
          if (receiver.consume(bytes)) {
            assertTrue(sender.raise(receiver.limit()));
          }
        }
        assertEquals(held, receiver.held());
        assertTrue(sender.available() <= window - held, "more is granted than the window");
      }
      if (receiver.consume(held)) {
        sender.raise(receiver.limit());
      }
      assertTrue(
          sender.available() > 0 && sender.available() * 2 >= window,
          () -> "stuck with " + sender.available() + " of " + window);
    }
  }
}
