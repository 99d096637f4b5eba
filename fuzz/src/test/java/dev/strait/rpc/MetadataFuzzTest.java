package dev.strait.rpc;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.grpc.Metadata;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** F6, F10: any bytes are metadata or an error of the stream; metadata survives its encoding. */
final class MetadataFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void metadataOrAnError(FuzzedDataProvider data) {
    int maxBytes = data.consumeInt(1, 10_000);
    byte[] bytes = data.consumeRemainingAsBytes();
    Metadata metadata;
    try {
      metadata = MetadataCodec.decode(ByteBuffer.wrap(bytes), maxBytes);
    } catch (StreamException refused) {
      return;
    }
    try {
      byte[] once = MetadataCodec.encode(metadata, maxBytes);
      Metadata again = MetadataCodec.decode(ByteBuffer.wrap(once), maxBytes);
      if (!Arrays.equals(once, MetadataCodec.encode(again, maxBytes))) {
        throw new AssertionError(metadata + " comes back as " + again);
      }
    } catch (StreamException e) {
      throw new AssertionError(metadata + " does not come back", e);
    }
  }
}
