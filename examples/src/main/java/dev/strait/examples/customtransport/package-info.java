/** A transport that Strait does not have. */
@NullMarked
package dev.strait.examples.customtransport;

import org.jspecify.annotations.NullMarked;
