/** Streams of live pages: how many there are, and when each ends. */
@NullMarked
@NamedInterface("stream")
package dev.bailiwick.server.account.stream;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
