/** What {@code ./strait bench} runs: the quick ladder, its progress and its report. */
@NullMarked
package dev.strait.benchmarks.ladder;

import org.jspecify.annotations.NullMarked;
