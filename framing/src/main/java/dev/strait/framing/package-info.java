/**
 * Frames: length-prefixed messages on a byte stream.
 *
 * <p>{@link dev.strait.framing.FrameDecoder} turns bytes into frames, {@link
 * dev.strait.framing.FrameEncoder} frames into bytes, {@link dev.strait.framing.FrameHeader} is the
 * layout, and {@link dev.strait.framing.FrameCodec} the choice between layouts.
 */
@NullMarked
package dev.strait.framing;

import org.jspecify.annotations.NullMarked;
