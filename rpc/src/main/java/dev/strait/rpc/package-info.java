/**
 * Calls: gRPC's calls on frames.
 *
 * <p>{@link dev.strait.rpc.IpcServerBuilder} and {@link dev.strait.rpc.IpcChannelBuilder} are the
 * two ends; {@link dev.strait.rpc.IpcAttributes} tells who the peer is. Everything else is
 * gRPC-Java's own API.
 */
@NullMarked
package dev.strait.rpc;

import org.jspecify.annotations.NullMarked;
