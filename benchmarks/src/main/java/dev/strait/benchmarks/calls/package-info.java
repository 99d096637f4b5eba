/** The calls rung: what calls cost, Strait beside gRPC-Java. */
@NullMarked
package dev.strait.benchmarks.calls;

import org.jspecify.annotations.NullMarked;
