package dev.strait.rpc;

/**
 * How much may still be sent: an absolute limit that the receiver raises, less what was sent.
 * Guarded by the connection's lock. Source: SPEC.md, "Flow control".
 */
final class SendCredit {
  private long limit;
  private long sent;

  SendCredit(long limit) {
    this.limit = limit;
  }

  long available() {
    return limit - sent;
  }

  void spend(long bytes) {
    sent += bytes;
  }

  /**
   * The receiver announced a new limit.
   *
   * @return whether it is higher than before
   * @throws WireException if it is lower, or beyond any use
   */
  boolean raise(long newLimit) throws WireException {
    if (newLimit < limit) {
      throw new WireException(
          GoAwayReason.FLOW_CONTROL_ERROR,
          "credit went from "
              + limit
              + " back to "
              + Long.toUnsignedString(newLimit)
              + (newLimit < 0 ? ", which is over the limit of 2^63 - 1" : ""));
    }
    boolean raised = newLimit > limit;
    limit = newLimit;
    return raised;
  }
}
