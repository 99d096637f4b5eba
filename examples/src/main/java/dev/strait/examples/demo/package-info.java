/** What {@code ./strait demo} runs: two processes, the four kinds of call, and what they cost. */
@NullMarked
package dev.strait.examples.demo;

import org.jspecify.annotations.NullMarked;
