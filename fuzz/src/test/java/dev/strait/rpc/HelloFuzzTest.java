package dev.strait.rpc;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** F10: any bytes are a HELLO or an error of the connection; and a HELLO survives its encoding. */
final class HelloFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void aHelloOrAnError(byte[] bytes) {
    Hello hello;
    try {
      hello = HelloCodec.decode(ByteBuffer.wrap(bytes));
    } catch (WireException refused) {
      return;
    }
    ByteBuffer again = ByteBuffer.allocate(bytes.length + 256);
    HelloCodec.encode(hello, again);
    try {
      if (!HelloCodec.decode(again.flip()).equals(hello)) {
        throw new AssertionError(hello + " comes back as another");
      }
    } catch (WireException e) {
      throw new AssertionError(hello + " does not come back", e);
    }
  }
}
