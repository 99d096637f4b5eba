package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.strait.transport.contract.ChildProcess;
import java.util.List;
import jdk.jfr.Event;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;

/** In processes of their own: once a recording was made, a process has the recorder. */
final class FlightEventsTest {
  @Test
  void withoutARecordingNoEventIsMade() throws Exception {
    assertEquals("made: 0", madeBy(false));
  }

  @Test
  void whileThereIsARecordingEventsAreMade() throws Exception {
    assertEquals("made: 1", madeBy(true));
  }

  private static String madeBy(boolean recorded) throws Exception {
    try (ChildProcess process =
        ChildProcess.start(
            List.of(),
            System.getProperty("java.class.path"),
            Main.class,
            Boolean.toString(recorded))) {
      return process.readLine();
    }
  }

  private static final class Nothing extends Event {}

  static final class Main {
    private static int made;

    private Main() {}

    public static void main(String[] arguments) {
      Recording recording = Boolean.parseBoolean(arguments[0]) ? new Recording() : null;
      FlightEvents.record(
          () -> {
            made++;
            return new Nothing();
          });
      System.out.println("made: " + made);
      if (recording != null) {
        recording.close();
      }
    }
  }
}
