/** The four kinds of call, with flow control. */
@NullMarked
package dev.strait.examples.streaming;

import org.jspecify.annotations.NullMarked;
