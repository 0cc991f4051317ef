/** The streams of live pages: their number and their end. */
@NullMarked
@NamedInterface("stream")
package dev.bailiwick.server.account.stream;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
