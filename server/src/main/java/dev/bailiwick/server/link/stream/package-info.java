/** Streams of bytes to hosts: which ticket belongs to which of them, and the calls that carry them. */
@NullMarked
package dev.bailiwick.server.link.stream;

import org.jspecify.annotations.NullMarked;
