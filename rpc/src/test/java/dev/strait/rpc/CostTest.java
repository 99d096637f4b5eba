package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.contract.Resources;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.io.ByteArrayOutputStream;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** F8: what a mebibyte that is dear to parse costs a server, in processor time of its threads. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CostTest {
  private static final int MEBIBYTE = 1 << 20;

  /** A microsecond a byte; cold code, and a slow machine, included. */
  private static final double MOST_NANOS_PER_BYTE = 1000;

  @RegisterExtension final QuietLog quiet = new QuietLog();
  @RegisterExtension final Local local = Local.unix();

  /** Bytes of which a peer may send as many as it likes. */
  enum Dear {
    /** Calls that are cancelled at once. */
    CANCELLED_CALLS(id -> cancelledCall(id, new Data().noMetadata())),
    /** As many entries of metadata as one call may have. */
    METADATA(
        id -> {
          Data entries = new Data().u16(200);
          for (int i = 0; i < 200; i++) {
            entries.entry("k" + i, new byte[0]);
          }
          return cancelledCall(id, entries);
        }),
    /** Metadata over the limit, which ends the call. */
    TOO_MUCH_METADATA(id -> open(id, new Data().entries(2_000, 2_000))),
    /** Messages without a byte, for a call that is over. */
    MESSAGES_OF_A_CLOSED_CALL(id -> ScriptedPeer.frame(1, FrameType.MESSAGE, 0, new byte[0])),
    /** Methods that nobody has, each with a name of its own. */
    UNKNOWN_METHODS(
        id ->
            ScriptedPeer.frame(
                id,
                FrameType.OPEN,
                FrameType.FLAG_METHOD_NAME | FrameType.FLAG_END,
                new Data().u32(0).text("s/" + id).u16(0).noMetadata().toBytes()));

    private final IntFunction<byte[]> bytesOf;

    Dear(IntFunction<byte[]> bytesOf) {
      this.bytesOf = bytesOf;
    }

    private static byte[] open(int id, Data metadata) {
      return ScriptedPeer.frame(
          id,
          FrameType.OPEN,
          FrameType.FLAG_METHOD_NAME,
          new Data().u32(0).text("raw/Bidi").u16(0).bytes(metadata.toBytes()).toBytes());
    }

    static byte[] cancelledCall(int id, Data metadata) {
      byte[] why = new Data().u32(1).u16(0).toBytes();
      return Data.of(open(id, metadata))
          .bytes(ScriptedPeer.frame(id, FrameType.CANCEL, 0, why))
          .toBytes();
    }

    byte[] mebibyte() {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int id = 3; all.size() < MEBIBYTE; id += 2) {
        all.writeBytes(bytesOf.apply(id));
      }
      return all.toByteArray();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMebibyteCostsAMicrosecondAByteAtMost(Dear dear) throws Exception {
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.BIDI,
                    (ServerCall<byte[], byte[]> call, Metadata headers) -> {
                      call.request(Integer.MAX_VALUE);
                      return new ServerCall.Listener<>() {};
                    })));
    ScriptedPeer peer = local.greetedPeer();
    peer.sendBytes(Dear.cancelledCall(1, new Data().noMetadata()));
    byte[] bytes = dear.mebibyte();
    long before = Resources.cpuNanosOf(local.address());

    peer.sendBytes(bytes);
    peer.send(out -> Frames.ping(out, 1, false));
    while (peer.next().type() != FrameType.PING) {
      // What became of the calls.
    }

    double nanosPerByte = (double) (Resources.cpuNanosOf(local.address()) - before) / bytes.length;
    System.out.printf("F8 %s: %.0f ns of processor time a byte%n", dear, nanosPerByte);
    assertTrue(nanosPerByte > 0);
    assertTrue(nanosPerByte < MOST_NANOS_PER_BYTE, nanosPerByte + " ns a byte");
  }
}
