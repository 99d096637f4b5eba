/** A helper process that may die and come back. */
@NullMarked
package dev.strait.examples.sidecar;

import org.jspecify.annotations.NullMarked;
