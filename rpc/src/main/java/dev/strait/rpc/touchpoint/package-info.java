/**
 * The few places where Strait touches what gRPC-Java marks as internal, kept apart so that they can
 * be counted. ADR 0001 names each and why. Not for users.
 */
@NullMarked
package dev.strait.rpc.touchpoint;

import org.jspecify.annotations.NullMarked;
