/** JMH benchmarks; README.md beside them says how to run them. */
@NullMarked
package dev.strait.benchmarks;

import org.jspecify.annotations.NullMarked;
