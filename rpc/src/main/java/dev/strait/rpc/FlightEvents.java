package dev.strait.rpc;

import dev.strait.transport.PeerCredentials;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * What a flight recording shows of Strait. The names and fields are listed in
 * docs/troubleshooting.md; what a peer has said is escaped.
 *
 * <p>The first event that is made loads some two hundred classes of the recorder, also when nothing
 * is recorded: so none is made unless {@link #record} finds that there may be a recording.
 */
final class FlightEvents {
  /** Not every runtime image has the recorder. */
  private static final boolean HAS_RECORDER = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private FlightEvents() {}

  /**
   * Runs what makes an event and commits it, if a recording may be running in this JVM. It is no
   * supplier of events: whoever passes one needs the recorder's classes to be linked.
   */
  static void record(Runnable event) {
    if (HAS_RECORDER && FlightRecorder.isInitialized()) {
      event.run();
    }
  }

  /** An event of a connection. */
  @Category("Strait")
  @StackTrace(false)
  abstract static class OfConnection extends Event {
    @Label("Endpoint")
    String endpoint;

    @Label("Peer Uid")
    @Description("The user at the other end, as the kernel says; -1 if that is not known")
    long peerUid;

    @Label("Peer Pid")
    @Description("The process at the other end, as the kernel says; -1 if that is not known")
    long peerPid;

    @Label("Connecting")
    @Description("Whether this is the side that connected")
    boolean connecting;

    /** Of one that is not let in, whose peer is not known. */
    OfConnection(String endpoint) {
      this.endpoint = endpoint;
      peerUid = Connection.UNKNOWN_UID;
      peerPid = PeerCredentials.UNKNOWN_PID;
    }

    OfConnection(Connection connection) {
      endpoint = connection.name();
      PeerCredentials peer = connection.knownPeer();
      peerUid = connection.uid();
      peerPid = peer == null ? PeerCredentials.UNKNOWN_PID : peer.pid();
      connecting = connection.isConnecting();
    }
  }

  /** The peers have said HELLO to each other. */
  @Name("dev.strait.Connect")
  @Label("Connect")
  static final class Connect extends OfConnection {
    Connect(Connection connection) {
      super(connection);
    }
  }

  /** A connection is over. */
  @Name("dev.strait.Close")
  @Label("Close")
  static final class Close extends OfConnection {
    @Label("Reason")
    String reason;

    @Label("Lost Calls")
    @Description("Calls that were open on it")
    int lostCalls;

    Close(Connection connection, String reason, int lostCalls) {
      super(connection);
      this.reason = reason;
      this.lostCalls = lostCalls;
    }
  }

  /** A side goes away. */
  @Name("dev.strait.GoAway")
  @Label("Go Away")
  static final class GoAway extends OfConnection {
    @Label("Said By Peer")
    boolean saidByPeer;

    @Label("Reason")
    String reason;

    @Label("Text")
    String text;

    GoAway(Connection connection, boolean saidByPeer, GoAwayReason reason, String text) {
      super(connection);
      this.saidByPeer = saidByPeer;
      this.reason = reason.name();
      this.text = text;
    }
  }

  /** A peer was held to a limit. */
  @Name("dev.strait.LimitHit")
  @Label("Limit Hit")
  static final class LimitHit extends OfConnection {
    @Label("Limit")
    @Description("Which one, what came, and what is permitted")
    String limit;

    LimitHit(String endpoint, String limit) {
      super(endpoint);
      this.limit = limit;
    }

    LimitHit(Connection connection, String limit) {
      super(connection);
      this.limit = limit;
    }
  }

  /** A handler or another callback holds up the thread that reads. */
  @Name("dev.strait.SlowHandler")
  @Label("Slow Handler")
  static final class SlowHandler extends OfConnection {
    @Label("Call")
    String call;

    @Label("Thread")
    String thread;

    SlowHandler(Connection connection, String call, String thread) {
      super(connection);
      this.call = call;
      this.thread = thread;
    }
  }

  /** Another thread reads the connection from now on. */
  @Name("dev.strait.RoleMoved")
  @Label("Role Moved")
  static final class RoleMoved extends OfConnection {
    @Label("From")
    String from;

    RoleMoved(Connection connection, String from) {
      super(connection);
      this.from = from;
    }
  }
}
