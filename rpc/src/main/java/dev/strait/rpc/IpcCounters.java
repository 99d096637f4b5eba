package dev.strait.rpc;

import io.grpc.ManagedChannel;
import io.grpc.Server;

/**
 * What a channel or a server has counted since it was built, at one moment. The numbers are read
 * one after another, so those of a busy channel may be a little apart.
 *
 * @param connectionsOpened how many peers have said HELLO
 * @param connectionsOpen how many of these connections are not over
 * @param connectionsFailed how many ended before that: nobody was there, the peer was refused or
 *     turned away, or said something else
 * @param callsMade calls that this side has begun
 * @param callsTaken calls that peers have made here
 * @param goAwaysSaid how often this side has told a peer that it goes away
 * @param goAwaysHeard how often a peer has said so
 * @param limitsHit how often a peer was held to a limit, at the cost of a call or its connection
 * @param rolesMoved how often another thread began to read a connection because user code held the
 *     first one up
 */
public record IpcCounters(
    long connectionsOpened,
    long connectionsOpen,
    long connectionsFailed,
    long callsMade,
    long callsTaken,
    long goAwaysSaid,
    long goAwaysHeard,
    long limitsHit,
    long rolesMoved) {

  /**
   * Of a server.
   *
   * @throws IllegalArgumentException if {@link IpcServerBuilder} did not build it
   */
  public static IpcCounters of(Server server) {
    if (server instanceof IpcServer own) {
      return own.counters();
    }
    throw new IllegalArgumentException("not a server of Strait's: " + server);
  }

  /**
   * Of a channel.
   *
   * @throws IllegalArgumentException if {@link IpcChannelBuilder} did not build it
   */
  public static IpcCounters of(ManagedChannel channel) {
    if (channel instanceof IpcChannel own) {
      return own.counters();
    }
    throw new IllegalArgumentException("not a channel of Strait's: " + channel);
  }
}
