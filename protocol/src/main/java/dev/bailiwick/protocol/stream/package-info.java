/** Streams of bytes between a server and an agent: credit, half-close and end, the same on both sides. */
@NullMarked
package dev.bailiwick.protocol.stream;

import org.jspecify.annotations.NullMarked;
