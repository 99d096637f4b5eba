package dev.strait.transport.contract;

import dev.strait.transport.IpcAddress;
import dev.strait.transport.Transport;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportProvider;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the tests of the contract need to know of a transport, and how they use it. */
@ParameterizedClass
@EnumSource(Variant.class)
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ContractBase {
  /** Set before each test, by JUnit. */
  @Parameter Variant variant;

  /** An address that nobody serves, a new one at each call. */
  protected abstract IpcAddress freshAddress() throws IOException;

  /** What knows such addresses. Its class needs a public constructor without parameters. */
  protected TransportProvider provider() {
    return TransportProvider.builtIn();
  }

  /** Whether two processes can talk. If not, the tests with two processes are skipped. */
  protected boolean reachesOtherProcesses() {
    return true;
  }

  final TransportOptions options() {
    return TransportOptions.DEFAULTS.withProvider(variant.over(provider()));
  }

  final Pair pair(TransportOptions options) throws Exception {
    return new Pair(freshAddress(), options, variant.startsWithAccepting());
  }

  final Pair pair() throws Exception {
    return pair(options());
  }

  final boolean identifiesPeers() throws IOException {
    return provider().identifiesPeers(freshAddress());
  }

  /** {@code length} bytes, fewer if this variant is slow. */
  final byte[] noise(int length, long seed) {
    return exactNoise(variant.scaled(length), seed);
  }

  static byte[] exactNoise(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static void send(Transport transport, byte[] bytes, int step) throws IOException {
    Pair.send(transport, bytes, step);
  }

  /** Whether the thread is inside a method of this name. */
  static boolean isInside(Thread thread, String method) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getMethodName().equals(method)) {
        return true;
      }
    }
    return false;
  }

  static TestThread run(TestThread.Task task) {
    return TestThread.run(task);
  }
}
