package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * What is to happen in one simulated call. The client draws it and tells the server with the
 * headers; both hold what comes against it.
 *
 * @param number of the call, unlike all others of the run
 * @param requests how many messages the client sends; 1 where the method says so
 * @param responses how many the server sends if it answers; likewise
 * @param eager messages are sent without asking whether the call is ready
 * @param oneWay the client hears of no answer; the handler gives its one all the same
 * @param delayNanos until the client ends the call, or how long the handler takes
 */
record CallPlan(
    int number,
    MethodType type,
    int requests,
    int requestBytes,
    int responses,
    int responseBytes,
    Handling handling,
    Ending ending,
    boolean eager,
    boolean blocking,
    boolean oneWay,
    long delayNanos) {

  /** What the handler does when it has read all. */
  enum Handling {
    ANSWERS(Status.Code.OK),
    REFUSES(Status.Code.FAILED_PRECONDITION),
    THROWS(Status.Code.UNKNOWN),
    /** Holds its thread up before it answers. */
    BLOCKS(Status.Code.OK),
    /** Answers later, on another thread. */
    DEFERS(Status.Code.OK),
    /** Makes a call to its client first. */
    CALLS_BACK(Status.Code.OK),
    /** Never answers. */
    IGNORES(Status.Code.OK);

    final Status.Code code;

    Handling(Status.Code code) {
      this.code = code;
    }
  }

  /** What the client does about the end. */
  enum Ending {
    WAITS,
    CANCELS,
    DEADLINE
  }

  private static final Metadata.Key<String> KEY =
      Metadata.Key.of("plan", Metadata.ASCII_STRING_MARSHALLER);

  static final long LONGEST_DELAY_NANOS = 1_000_000;

  private static final int HEAD_BYTES = 8;

  private static final Map<MethodType, MethodDescriptor<byte[], byte[]>> METHODS =
      new EnumMap<>(
          Map.of(
              MethodType.UNARY, Raw.UNARY,
              MethodType.SERVER_STREAMING, Raw.SERVER_STREAM,
              MethodType.CLIENT_STREAMING, Raw.CLIENT_STREAM,
              MethodType.BIDI_STREAMING, Raw.BIDI));

  static CallPlan draw(int number, RandomGenerator random, boolean rough) {
    MethodType type = MethodType.values()[random.nextInt(4)];
    Ending ending = rough ? Ending.values()[random.nextInt(3)] : Ending.WAITS;
    Handling handling = Handling.values()[random.nextInt(Handling.values().length)];
    boolean unary = type == MethodType.UNARY;
    boolean blocking = unary && random.nextBoolean();
    boolean oneWay = unary && !blocking && random.nextInt(3) == 0;
    // Nobody would tell it to stop.
    if ((ending == Ending.WAITS || oneWay) && handling == Handling.IGNORES) {
      handling = Handling.ANSWERS;
    }
    return new CallPlan(
        number,
        type,
        type.clientSendsOneMessage() ? 1 : random.nextInt(6),
        size(random),
        type.serverSendsOneMessage() ? 1 : random.nextInt(6),
        size(random),
        handling,
        ending,
        random.nextBoolean(),
        blocking,
        oneWay,
        random.nextLong(LONGEST_DELAY_NANOS));
  }

  /** Mostly small, seldom of several frames. */
  private static int size(RandomGenerator random) {
    return switch (random.nextInt(100)) {
      case 0 -> random.nextInt(150_000);
      case 1, 2, 3, 4, 5 -> random.nextInt(5_000);
      default -> random.nextInt(100);
    };
  }

  MethodDescriptor<byte[], byte[]> method() {
    return METHODS.get(type);
  }

  static Iterable<MethodDescriptor<byte[], byte[]>> methods() {
    return METHODS.values();
  }

  /** With the number where {@link Ledger} looks for it. */
  Metadata headers() {
    Metadata headers = Ledger.number(number);
    headers.put(
        KEY,
        Arrays.stream(
                new long[] {
                  number,
                  type.ordinal(),
                  requests,
                  requestBytes,
                  responses,
                  responseBytes,
                  handling.ordinal(),
                  ending.ordinal(),
                  eager ? 1 : 0,
                  blocking ? 1 : 0,
                  oneWay ? 1 : 0,
                  delayNanos
                })
            .mapToObj(Long::toString)
            .collect(Collectors.joining(" ")));
    return headers;
  }

  static CallPlan of(Metadata headers) {
    long[] fields = Arrays.stream(headers.get(KEY).split(" ")).mapToLong(Long::parseLong).toArray();
    return new CallPlan(
        (int) fields[0],
        MethodType.values()[(int) fields[1]],
        (int) fields[2],
        (int) fields[3],
        (int) fields[4],
        (int) fields[5],
        Handling.values()[(int) fields[6]],
        Ending.values()[(int) fields[7]],
        fields[8] == 1,
        fields[9] == 1,
        fields[10] == 1,
        fields[11]);
  }

  byte[] request(int index) {
    return message(index, requestBytes);
  }

  byte[] response(int index) {
    return message(~index, responseBytes);
  }

  void checkRequest(int index, byte[] message) {
    assertTrue(index < requests, () -> this + ": request " + index + " was never sent");
    check("request " + index, request(index), message);
  }

  void checkResponse(int index, byte[] message) {
    assertTrue(index < responses, () -> this + ": response " + index + " was never sent");
    check("response " + index, response(index), message);
  }

  private byte[] message(int index, int bytes) {
    byte[] message = new byte[HEAD_BYTES + bytes];
    Arrays.fill(message, (byte) (number * 31 + index));
    ByteBuffer.wrap(message).putInt(number).putInt(index);
    return message;
  }

  private void check(String what, byte[] expected, byte[] came) {
    if (!Arrays.equals(expected, came)) {
      assertEquals(expected.length, came.length, () -> this + ": the length of " + what);
      throw new AssertionError(
          this + ": " + what + " differs from byte " + Arrays.mismatch(expected, came));
    }
  }
}
