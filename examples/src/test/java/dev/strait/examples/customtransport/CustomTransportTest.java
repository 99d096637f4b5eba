package dev.strait.examples.customtransport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.strait.examples.MainProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CustomTransportTest {
  @TempDir Path temporaryFiles;

  @Test
  void callsGoOverATransportOfTheExamplesOwn() throws Exception {
    try (MainProcess main = MainProcess.start(temporaryFiles, CustomTransport.class.getName())) {
      assertEquals(List.of("Hello Ada at nio-pipe:greeter"), main.outputAtEnd());
      assertEquals(0, main.process().exitValue());
    }
  }
}
