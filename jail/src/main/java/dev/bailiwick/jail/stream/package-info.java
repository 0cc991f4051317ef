/** What a server wants of a host that needs a stream of bytes, in both directions and for as long as it takes. */
@NullMarked
package dev.bailiwick.jail.stream;

import org.jspecify.annotations.NullMarked;
