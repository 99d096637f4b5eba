package dev.strait.transport;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** X8, F10: any text is an address, which its canonical form leads to, or is refused. */
final class AddressFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void anAddressOrAnError(FuzzedDataProvider data) {
    String text = data.consumeRemainingAsString();
    IpcAddress address;
    try {
      address = IpcAddress.of(text);
    } catch (IllegalArgumentException refused) {
      if (refused.getMessage().chars().anyMatch(Character::isISOControl)) {
        throw new AssertionError("a message with control characters: " + refused.getMessage());
      }
      return;
    }
    if (!IpcAddress.of(address.toString()).equals(address)) {
      throw new AssertionError(text + " is " + address + ", which is another");
    }
  }
}
