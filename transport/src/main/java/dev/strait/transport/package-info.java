/**
 * Bytes: a duplex byte stream to one peer on this machine.
 *
 * <p>{@link dev.strait.transport.Transport} is the stream, {@link dev.strait.transport.Acceptor}
 * the accepting side, {@link dev.strait.transport.IpcAddress} names the endpoint of both, and
 * {@link dev.strait.transport.Transports} makes them.
 */
@NullMarked
package dev.strait.transport;

import org.jspecify.annotations.NullMarked;
