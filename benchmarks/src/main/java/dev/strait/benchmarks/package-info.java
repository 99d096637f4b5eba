/** JMH benchmarks, a package for each rung; README.md beside them says how to run them. */
@NullMarked
package dev.strait.benchmarks;

import org.jspecify.annotations.NullMarked;
