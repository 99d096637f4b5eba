/** How long single operations take, as distributions. */
@NullMarked
package dev.strait.benchmarks.latency;

import org.jspecify.annotations.NullMarked;
