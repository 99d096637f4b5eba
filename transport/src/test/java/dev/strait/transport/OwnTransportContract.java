package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.strait.transport.contract.Eventually;
import dev.strait.transport.contract.TransportContract;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The contract, and that no buffer is left behind, which only this project can see. */
abstract class OwnTransportContract extends TransportContract {
  @AfterEach
  void noBufferIsLeftBehind() {
    Eventually.isTrue(() -> BufferPool.shared().outstanding() == 0);
    assertEquals(List.of(), BufferPool.shared().leaks());
  }
}
