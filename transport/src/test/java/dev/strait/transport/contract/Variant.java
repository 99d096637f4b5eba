package dev.strait.transport.contract;

import dev.strait.transport.TransportProvider;

/** How often the contract is run, and with what difference. */
public enum Variant {
  /** The connecting side plays the first part of each test. */
  CONNECTING(Faults.NONE),
  /** The accepting side plays it. */
  ACCEPTING(Faults.NONE),
  /** Each read gives one byte. */
  ONE_BYTE_READS(Faults.oneByteReads()),
  /** Reads and writes are split, merged and delayed at random. */
  FAULTING(Faults.splitsMergesAndDelays(42));

  private final Faults faults;

  Variant(Faults faults) {
    this.faults = faults;
  }

  TransportProvider over(TransportProvider provider) {
    return faults == Faults.NONE ? provider : new FaultingProvider(provider, faults);
  }

  boolean startsWithAccepting() {
    return this == ACCEPTING;
  }

  /** The amount of work that fits the speed of this variant. */
  int scaled(int amount) {
    return switch (this) {
      case CONNECTING, ACCEPTING -> amount;
      case FAULTING -> amount / 4;
      case ONE_BYTE_READS -> amount / 20;
    };
  }
}
