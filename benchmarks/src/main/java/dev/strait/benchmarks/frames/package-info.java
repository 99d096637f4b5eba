/** The frames rung: what a frame costs to write and to read. */
@NullMarked
package dev.strait.benchmarks.frames;

import org.jspecify.annotations.NullMarked;
