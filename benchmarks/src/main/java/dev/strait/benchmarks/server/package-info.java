/**
 * The server's side of a benchmark: a process of its own, started, asked and ended by the
 * benchmark.
 */
@NullMarked
package dev.strait.benchmarks.server;

import org.jspecify.annotations.NullMarked;
