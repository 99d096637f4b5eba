package dev.strait.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TranscriptTest {
  private static final List<String> COMPLETE =
      List.of(
          "  server   pid 1 at unix:/tmp/x.sock",
          "  client   pid 2",
          "  unary                    Ada         -> Hello Ada",
          "  server streaming         Ada         -> Hello Ada, Bonjour Ada, Hallo Ada",
          "  client streaming         Ada, Grace  -> Hello Ada and Grace",
          "  bidirectional streaming  Ada, Grace  -> Hello Ada, Hello Grace",
          "  the server saw the client as   uid=7 gid=7 pid=2",
          "  the client saw the server as   uid=7 gid=7 pid=unknown",
          "  Strait  1.0 us 1,000.0 us 1/s 1,000/s",
          "  gRPC-Java, directExecutor  1.0 us 1.0 us 1/s 1/s",
          "  gRPC-Java, defaults  1.0 us 1.0 us 1/s 1/s",
          "  Strait : gRPC-Java, directExecutor  1.0x 1.0x 1.0x 1.0x",
          "  Strait : gRPC-Java, defaults  1.0x 1.0x 1.0x 1.0x",
          "Left behind: no process, no file");

  static List<String> everyLine() {
    return COMPLETE;
  }

  @ParameterizedTest
  @MethodSource("everyLine")
  void missesEachLineThatIsNotThere(String line) {
    List<String> others = new ArrayList<>(COMPLETE);
    others.remove(line);
    assertEquals(0, missing(COMPLETE));
    assertEquals(1, missing(others));
  }

  private static int missing(List<String> lines) {
    Transcript transcript = new Transcript();
    Promises.make(transcript, EndpointKind.UNIX, 7);
    lines.forEach(transcript::print);
    return transcript.missing().size();
  }
}
