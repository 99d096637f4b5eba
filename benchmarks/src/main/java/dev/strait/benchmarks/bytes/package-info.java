/**
 * The bytes rung: what a stream of bytes costs, Strait's transports beside raw sockets and Netty.
 */
@NullMarked
package dev.strait.benchmarks.bytes;

import org.jspecify.annotations.NullMarked;
