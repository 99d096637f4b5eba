package dev.strait.compatibility.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.testing.integration.TestCases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * gRPC's interoperability cases by name, as its {@code TestServiceClient} runs them. Every case is
 * in one of two tables here, and both are in {@code docs/interop.md}.
 */
final class CasesTest {
  private static final int SHORT_SOAK = 100;
  private static final int LONG_SOAK = 10_000;

  private interface Case {
    void run(InteropSuite suite) throws Exception;
  }

  private static final Map<TestCases, Case> RUN = new EnumMap<>(TestCases.class);

  static {
    RUN.put(TestCases.EMPTY_UNARY, InteropSuite::emptyUnary);
    RUN.put(TestCases.LARGE_UNARY, InteropSuite::largeUnary);
    RUN.put(TestCases.CLIENT_COMPRESSED_UNARY_NOPROBE, s -> s.clientCompressedUnary(false));
    RUN.put(TestCases.SERVER_COMPRESSED_UNARY, InteropSuite::serverCompressedUnary);
    RUN.put(TestCases.CLIENT_STREAMING, InteropSuite::clientStreaming);
    RUN.put(TestCases.CLIENT_COMPRESSED_STREAMING_NOPROBE, s -> s.clientCompressedStreaming(false));
    RUN.put(TestCases.SERVER_STREAMING, InteropSuite::serverStreaming);
    RUN.put(TestCases.SERVER_COMPRESSED_STREAMING, InteropSuite::serverCompressedStreaming);
    RUN.put(TestCases.PING_PONG, InteropSuite::pingPong);
    RUN.put(TestCases.EMPTY_STREAM, InteropSuite::emptyStream);
    RUN.put(TestCases.CUSTOM_METADATA, InteropSuite::customMetadata);
    RUN.put(TestCases.STATUS_CODE_AND_MESSAGE, InteropSuite::statusCodeAndMessage);
    RUN.put(TestCases.SPECIAL_STATUS_MESSAGE, InteropSuite::specialStatusMessage);
    RUN.put(TestCases.UNIMPLEMENTED_METHOD, InteropSuite::unimplementedMethod);
    RUN.put(TestCases.UNIMPLEMENTED_SERVICE, InteropSuite::unimplementedService);
    RUN.put(TestCases.CANCEL_AFTER_BEGIN, InteropSuite::cancelAfterBegin);
    RUN.put(TestCases.CANCEL_AFTER_FIRST_RESPONSE, InteropSuite::cancelAfterFirstResponse);
    RUN.put(TestCases.TIMEOUT_ON_SLEEPING_SERVER, InteropSuite::timeoutOnSleepingServer);
    RUN.put(TestCases.VERY_LARGE_REQUEST, InteropSuite::veryLargeRequest);
    RUN.put(TestCases.RPC_SOAK, suite -> suite.soakCalls(SHORT_SOAK, 1));
    RUN.put(TestCases.CHANNEL_SOAK, suite -> suite.soakChannels(SHORT_SOAK, 1));
  }

  /** Why is in {@code docs/interop.md}. */
  private static final Set<TestCases> NOT_RUN =
      EnumSet.of(
          TestCases.CACHEABLE_UNARY,
          TestCases.CLIENT_COMPRESSED_UNARY,
          TestCases.CLIENT_COMPRESSED_STREAMING,
          TestCases.COMPUTE_ENGINE_CREDS,
          TestCases.COMPUTE_ENGINE_CHANNEL_CREDENTIALS,
          TestCases.SERVICE_ACCOUNT_CREDS,
          TestCases.JWT_TOKEN_CREDS,
          TestCases.OAUTH2_AUTH_TOKEN,
          TestCases.PER_RPC_CREDS,
          TestCases.GOOGLE_DEFAULT_CREDENTIALS,
          TestCases.PICK_FIRST_UNARY,
          TestCases.ORCA_PER_RPC,
          TestCases.ORCA_OOB);

  /** It says each call it makes at INFO. */
  private static final Logger SOAK_LOG = Logger.getLogger("io.grpc.testing.integration.SoakClient");

  private InteropSuite suite;

  static Stream<TestCases> cases() {
    return RUN.keySet().stream();
  }

  @BeforeEach
  void setUp() {
    SOAK_LOG.setLevel(Level.WARNING);
    suite = new UnixInteropTest();
    suite.setUp();
  }

  @AfterEach
  void tearDown() {
    suite.tearDown();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void runs(TestCases which) throws Exception {
    RUN.get(which).run(suite);
  }

  @Test
  @Tag("nightly")
  @Timeout(600)
  void manyLargeCallsOnOneChannelAllSucceed() throws Exception {
    suite.soakCalls(LONG_SOAK, 1);
  }

  @Test
  @Tag("nightly")
  @Timeout(600)
  void manyLargeCallsOfSeveralThreadsOnOneChannelAllSucceed() throws Exception {
    suite.soakCalls(LONG_SOAK, 4);
  }

  @Test
  @Tag("nightly")
  @Timeout(600)
  void manyLargeCallsOnAChannelEachAllSucceed() throws Exception {
    suite.soakChannels(LONG_SOAK, 1);
  }

  @Test
  @Tag("nightly")
  @Timeout(600)
  void manyLargeCallsOfSeveralThreadsOnAChannelEachAllSucceed() throws Exception {
    suite.soakChannels(LONG_SOAK, 4);
  }

  @Test
  void everyCaseIsRunOrKnownNotToBe() throws IOException {
    Set<TestCases> all = EnumSet.copyOf(RUN.keySet());
    all.addAll(NOT_RUN);

    assertEquals(EnumSet.allOf(TestCases.class), all);
    assertEquals(all.size(), RUN.size() + NOT_RUN.size(), "in one table only");
  }

  @Test
  void theDocumentationSaysWhatRunsAndWhyTheOthersDoNot() throws IOException {
    String[] lines = Files.readString(Path.of("../../docs/interop.md")).split("\n");
    for (TestCases which : TestCases.values()) {
      String row =
          Arrays.stream(lines)
              .filter(line -> line.startsWith("|") && line.contains("`" + which + "`"))
              .findFirst()
              .orElse("");
      boolean runs = row.contains("| runs");
      assertTrue(!row.isEmpty(), () -> which + " is not in docs/interop.md");
      assertEquals(RUN.containsKey(which), runs, row);
    }
  }
}
