/** What one unary call costs each side: system calls, wake-ups, allocations, time. */
@NullMarked
package dev.strait.benchmarks.profile;

import org.jspecify.annotations.NullMarked;
