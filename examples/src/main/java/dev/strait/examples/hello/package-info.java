/** One call, as short as it gets. */
@NullMarked
package dev.strait.examples.hello;

import org.jspecify.annotations.NullMarked;
