/** Calls in both directions on one connection, and one-way calls. */
@NullMarked
package dev.strait.examples.bothways;

import org.jspecify.annotations.NullMarked;
