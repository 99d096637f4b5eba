/** What the examples share. */
@NullMarked
package dev.strait.examples;

import org.jspecify.annotations.NullMarked;
