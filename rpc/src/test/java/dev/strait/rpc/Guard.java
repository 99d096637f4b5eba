package dev.strait.rpc;

/**
 * What keeps a peer, or a mistake, from costing more than it may: the change that switches it off,
 * and the test that then fails. The same in docs/guards.md, with the limits.
 */
enum Guard {
  FRAME_BYTES(
      "dev.strait.rpc.MemoryWireErrorTest",
      "aFrameOverTheLimitIsRefusedAtTheHeader",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.NativeFrameLimits",
          "    if (length > max) {",
          "    if (length > max + (1 << 20)) {")),
  HELLO_FIRST(
      "dev.strait.rpc.MemoryWireErrorTest",
      "aCallBeforeHelloIsRefused",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.NativeFrameLimits",
          "    if (!greeted && (!mayBeFirst",
          "    if (length < 0 && (!mayBeFirst")),
  ONE_HELLO(
      "dev.strait.rpc.MemoryWireErrorTest",
      "aSecondHelloIsRefused",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.Handshake",
          "    if (theirs != null) {\n      throw",
          "    if (theirs != null && !said) {\n      throw")),
  LENGTH_FIELD(
      "dev.strait.framing.FrameDecoderTest",
      "aLengthThatNeedsItsFirstByteIsRefusedAlsoWhenTheLimitsLetItPass",
      Mutant.of(
          "framing",
          "dev.strait.framing.FrameDecoder",
          "    if (announced > FrameHeader.MAX_LENGTH) {",
          "    if (announced > Integer.MAX_VALUE - 1L) {")),
  STALLED_FRAME(
      "dev.strait.framing.FrameDecoderTest",
      "aPeerThatAnnouncesMuchAndStallsPinsLittle",
      Mutant.of(
          "framing",
          "dev.strait.framing.PartialFrame",
          "    return (int) Math.min(maxBytes, Math.max(needed, wanted));",
          "    return maxBytes;")),
  UNREAD_RING(
      "dev.strait.transport.ByteRingTest",
      "whoIsNotReadFillsLittleAndWhoIsReadHasAllOfIt",
      Mutant.of(
          "transport",
          "dev.strait.transport.ByteRing",
          "    while (wasRead >= size && size < most) {",
          "    while (size < most) {")),
  METADATA_BYTES(
      "dev.strait.rpc.MemoryWireErrorTest",
      "metadataOverTheLimitEndsThatCallOnly",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.MetadataCodec",
          "      counted += valueLength;",
          "      counted += 0;")),
  METADATA_ENTRIES(
      "dev.strait.rpc.MemoryWireErrorTest",
      "aFloodOfMetadataKeysEndsThatCallOnly",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.MetadataCodec",
          "      counted += nameLength + ENTRY_OVERHEAD_BYTES;",
          "      counted += nameLength;")),
  IDLE_FRAMES(
      "dev.strait.rpc.MemoryWireErrorTest",
      "aFloodOfFramesThatSayNothingIsClosed",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.InboundFrames",
          "    if (++idle > MAX_IDLE) {",
          "    if (idle > MAX_IDLE) {")),
  LATE_FRAMES(
      "dev.strait.rpc.MemoryWireErrorTest",
      "aFloodOfLateFramesIsClosed",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.InboundFrames",
          "      if (++late > MAX_LATE) {",
          "      if (++late < 0) {")),
  METADATA_NAMES(
      "dev.strait.rpc.MetadataCodecTest",
      "namesThatPeersSendAreKeptWithinBounds",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.MetadataCodec",
          "      if (keys.size() >= MAX_CACHED_KEYS) {",
          "      if (keys.size() < 0) {")),
  MESSAGE_BYTES(
      "dev.strait.rpc.MemoryWireErrorTest",
      "aMessageThatAnnouncesMoreThanTheLimitEndsThatCallOnly",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.MessageAssembler",
          "    if (size > maxMessageBytes) {",
          "    if (size > 2L * Integer.MAX_VALUE) {")),
  STREAMS(
      "dev.strait.rpc.LimitTest",
      "aClientThatDoesNotKeepToTheLimitIsRefusedTheCall",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.Calls",
          "      if (streams.openedByPeer() >= max) {",
          "      if (streams.openedByPeer() >= max * 2) {")),
  RUNNING_HANDLERS(
      "dev.strait.rpc.LimitTest",
      "callsBeyondTheRunningHandlersWaitAndThenAreRefused",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.HandlerLimit",
          "    if (running < ofAll.running() && share",
          "    if (running <= ofAll.running() && share")),
  WAITING_CALLS(
      "dev.strait.rpc.LimitTest",
      "callsBeyondTheRunningHandlersWaitAndThenAreRefused",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.HandlerLimit",
          "asManyAsMay = waiting >= ofAll.waiting();",
          "asManyAsMay = waiting > ofAll.waiting();")),
  ENDED_CALLS(
      "dev.strait.rpc.LimitTest",
      "callsThatEndBeforeTheyBeginTakeNoPlaceInTheirExecutor",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.IncomingCall",
          "    if (own == null || !mayStart) {",
          "    if (own == null) {")),
  SPARE_READERS(
      "dev.strait.rpc.LimitTest",
      "handlersThatGoOnAfterTheirAnswerHaveSoManyThreadsOnly",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.SpareReaders",
          "    return threads.take(on, 1) == null;",
          "    return threads.take(on, 0) == null;")),
  CANCELLED_HANDLERS(
      "dev.strait.rpc.LimitTest",
      "aHandlerThatIsBusyKeepsItsPlaceWhenItsCallIsCancelled",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.IncomingCall",
          "      counted = counted && !dispatcher().limit().withdraw(this);",
          "      counted = counted && !dispatcher().limit().withdraw(this);\n      if (counted) {\n        counted = false;\n        dispatcher().limit().end(this);\n      }")),
  METHOD_NAMES(
      "dev.strait.rpc.MemoryWireErrorTest",
      "moreMethodIdsThanTheServerAcceptsAreFatal",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.MethodNames",
          "    if (id != names.size() + 1 || id > max) {",
          "    if (id != names.size() + 1) {")),
  METHOD_NAME_BYTES(
      "dev.strait.rpc.MemoryWireErrorTest",
      "aMethodNameOverTheLimitIsFatal",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.MethodNames",
          "        if (length > MAX_NAME_BYTES) {",
          "        if (length > 2 * MAX_NAME_BYTES) {")),
  MESSAGE_MEMORY(
      "dev.strait.rpc.MessageMemoryTest",
      "messagesThatAreNotWholeAreHeldOnlyUpToTheLimit",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.Quota",
          "    if (taken + amount > most) {",
          "    if (taken < 0) {")),
  UNREAD_MESSAGES(
      "dev.strait.rpc.MessageMemoryTest",
      "smallMessagesThatAreNotReadAreHeldOnlyUpToTheLimit",
      Mutant.of(
          "rpc", "dev.strait.rpc.Stream", "    if (!on.leavesMuchUnread()) {", "    if (true) {")),
  UNSENT_REPLIES(
      "dev.strait.rpc.MessageMemoryTest",
      "repliesThatAreNotTakenAreHeldOnlyUpToTheLimit",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.ServerStream",
          "    if (on == null || unsent == 0) {",
          "    if (on == null || unsent >= 0) {")),
  STREAM_CREDIT(
      "dev.strait.rpc.MemoryWireErrorTest",
      "moreThanTheStreamsCreditEndsThatCallOnly",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.Stream",
          "    if (!covered) {",
          "    if (!covered && cost < 0) {")),
  CONNECTION_CREDIT(
      "dev.strait.rpc.MemoryWireErrorTest",
      "moreThanTheConnectionsCreditIsFatal",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.InboundFrames",
          "    if (cost > 0 && !connectionCredit.receive(cost)) {",
          "    if (cost > 0 && !connectionCredit.receive(cost) && cost < 0) {")),
  MESSAGE_OVERHEAD(
      "dev.strait.rpc.CreditReturnTest",
      "smallMessagesCostTheirOverheadToo",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.FrameType",
          "      return Math.max(0, dataBytes - announcement) + Limits.MESSAGE_OVERHEAD_BYTES;",
          "      return Math.max(0, dataBytes - announcement);")),
  CREDIT_ONLY_GROWS(
      "dev.strait.rpc.MemoryWireErrorTest",
      "creditThatGoesBackIsFatal",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.SendCredit",
          "    if (newLimit < limit) {",
          "    if (newLimit < 0) {")),
  STREAM_IDS(
      "dev.strait.rpc.MemoryWireErrorTest",
      "idsThatDoNotGrowAreFatal",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.Streams",
          "    if (id <= lastPeerId || isOurs(id)) {",
          "    if (isOurs(id)) {")),
  PINGS(
      "dev.strait.rpc.ConnectionLifeTest",
      "aPeerThatPingsTooOftenIsClosedWithTheReason",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.PingLimit",
          "    if (strikes > MAX_STRIKES) {",
          "    if (strikes > 1000 * MAX_STRIKES) {")),
  OUTBOUND_BYTES(
      "dev.strait.rpc.LimitTest",
      "aPeerThatPingsAndNeverReadsIsClosed",
      Mutant.of(
          "transport",
          "dev.strait.transport.OutboundBuffer",
          "      if (queued >= limitBytes) {\n        return false;\n      }\n      int n = data.remaining();",
          "      int n = data.remaining();")),
  HANDSHAKE_TIME(
      "dev.strait.rpc.HandshakeTimeoutTest",
      "aClientThatStopsInsideHelloIsTurnedOut",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.Handshake",
          "                  if (theirs == null) {",
          "                  if (theirs == null && said && theirs != null) {")),
  HANDSHAKING(
      "dev.strait.rpc.LimitTest",
      "silentConnectionsDoNotKeepNewcomersOut",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.IpcServer",
          "      evicted = handshaking.size() >= options.maxHandshaking() ? takeOneToTurnOut() : null;",
          "      evicted = null;")),
  USER_CONNECTIONS(
      "dev.strait.rpc.UserQuotaTest",
      "connectionsBeyondAUsersQuotaAreToldSoAndOthersComeIn",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.UserConnections",
          "    if (has.size() >= most) {",
          "    if (has.size() > most) {")),
  USER_CALLS(
      "dev.strait.rpc.UserQuotaTest",
      "callsBeyondAUsersQuotaWaitAndThenAreRefusedAndOthersRun",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.HandlerLimit",
          "    if (running < ofAll.running() && share.running < ofOne.running()) {",
          "    if (running < ofAll.running()) {")),
  USER_WAITING_CALLS(
      "dev.strait.rpc.UserQuotaTest",
      "aQuotaIsWholeAgainWhateverBecameOfItsCalls",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.HandlerLimit",
          "asManyAsMay || share.waiting.size() >= ofOne.waiting()",
          "asManyAsMay || share.waiting.size() > ofOne.waiting()")),
  USER_CALLS_LEFT(
      "dev.strait.rpc.UserQuotaTest",
      "callsWhoseConnectionIsGoneCountUntilTheirHandlersAreBack",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.IncomingCall",
          "      counted = counted && !dispatcher().limit().withdraw(this);",
          "      leave();")),
  USER_MESSAGE_MEMORY(
      "dev.strait.rpc.UserQuotaTest",
      "messagesOfAUserThatAreNotWholeLeaveRoomForThoseOfOthers",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.Quota",
          "    if (ofUser + amount > mostOfUser) {",
          "    if (ofUser < 0) {")),
  USER_SPARE_READERS(
      "dev.strait.rpc.UserQuotaTest",
      "handlersOfAUserThatGoOnAfterTheirAnswerLeaveThreadsForThoseOfOthers",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.SpareReaders",
          "    this.threads = new Quota(most, mostOfUser);",
          "    this.threads = new Quota(most, most);")),
  USER_HANDSHAKES(
      "dev.strait.rpc.UserQuotaTest",
      "silentConnectionsOfAUserTurnOutHisOwnOnly",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.IpcServer",
          "Collections.max(byUser.values(), Comparator.comparingInt(List::size)).get(0)",
          "byUser.values().iterator().next().get(0)")),
  CONNECTIONS(
      "dev.strait.rpc.LimitTest",
      "connectionsBeyondTheLimitAreTurnedAway",
      Mutant.of(
          "transport",
          "dev.strait.transport.StreamAcceptor",
          "    if (open.incrementAndGet() > options.maxConnections()) {",
          "    if (open.incrementAndGet() > options.maxConnections() + 1) {")),
  KEEPALIVE(
      "dev.strait.rpc.LimitTest",
      "aSilentServerIsFoundOutWhileACallIsOpen",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.KeepAlive",
          "      if (awaitingPong) {\n        closed = true;",
          "      if (awaitingPong && pingSequence < 0) {\n        closed = true;")),
  PEER_UID(
      "dev.strait.rpc.PolicyTest",
      "aServerThatThePolicyOfTheChannelRefusesIsSentNoCall",
      Mutant.of(
          "transport",
          "dev.strait.transport.Gate",
          "    if (peer.uid() < 0 || !policy.allows(peer)) {",
          "    if (peer.uid() < 0) {")),
  OVERFLOW_UID(
      "dev.strait.transport.GateTest",
      "theOverflowUidAndAMissingIdentityAreNobodyWhateverThePolicySays",
      Mutant.of(
          "transport",
          "dev.strait.transport.Gate",
          "    if (peer.uid() == OVERFLOW_ID) {",
          "    if (peer.uid() == -OVERFLOW_ID) {")),
  PRIVATE_PIPES(
      "dev.strait.transport.PipeRendezvousTest",
      "aDirectoryThatOthersMayEnterIsRefusedByBothSides",
      Mutant.of(
          "transport",
          "dev.strait.transport.PipeDirectory",
          "    if (stat.uid() != OwnIdentity.uid() || !stat.isPrivate()) {",
          "    if (stat.uid() != OwnIdentity.uid()) {")),
  LIVE_SERVER(
      "dev.strait.transport.BindHygieneTest",
      "aFullBacklogIsNotTakenForAStaleSocket",
      Mutant.of(
          "transport",
          "dev.strait.transport.UnixBinding",
          "      BindException unknown =\n",
          "      if (path != null) {\n        return true;\n      }\n      BindException unknown =\n")),
  ACCEPT_PAUSE(
      "dev.strait.transport.StreamAcceptorTest",
      "failuresOfAcceptNeitherKillNorSpinTheAcceptor",
      Mutant.of(
          "transport",
          "dev.strait.transport.StreamAcceptor",
          "        closing.await(pauseNanos);",
          "        closing.await(0);")),
  HANDLER_SECRETS(
      "dev.strait.rpc.MemoryCallTest",
      "aHandlerThatThrowsIsAnUnknownErrorWithoutItsMessage",
      Mutant.of(
          "rpc",
          "dev.strait.rpc.IncomingCall",
          "running.abortUnlessClosed(Status.UNKNOWN.withDescription(\"Application error processing RPC\"));",
          "running.abortUnlessClosed(Status.UNKNOWN.withDescription(e.toString()));"));

  final String testClass;
  final String testMethod;
  final Mutant switchedOff;

  Guard(String testClass, String testMethod, Mutant switchedOff) {
    this.testClass = testClass;
    this.testMethod = testMethod;
    this.switchedOff = switchedOff;
  }
}
