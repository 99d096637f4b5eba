package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.contract.ChildProcess;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** JNA is optional: whoever needs it is told so, and nobody else needs it. */
@Timeout(30)
class PipeWithoutJnaTest {
  @TempDir Path directory;

  @Test
  void onlyPipesNeedJnaAndSaySoWhenBuilt() throws Exception {
    String withoutJna =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("jna"))
            .collect(Collectors.joining(File.pathSeparator));
    try (ChildProcess child =
        ChildProcess.start(List.of(), withoutJna, Child.class, directory.toString())) {
      String pipe = "pipe:" + directory;
      String refusal = child.readLine();
      assertTrue(
          refusal.startsWith(pipe + " needs JNA (net.java.dev.jna:jna) on the class path"),
          refusal);
      assertEquals("served", child.readLine());
    }
  }

  /** Has no JNA. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      try {
        Transports.acceptor(IpcAddress.of("pipe:" + arguments[0]), TransportOptions.DEFAULTS);
      } catch (UnsupportedOperationException e) {
        System.out.println(e.getMessage());
      }
      IpcAddress socket = IpcAddress.of("unix:" + arguments[0] + "/s.sock");
      try (Acceptor acceptor = Transports.acceptor(socket, TransportOptions.DEFAULTS)) {
        acceptor.start(Transport::close);
        System.out.println("served");
      }
    }
  }
}
