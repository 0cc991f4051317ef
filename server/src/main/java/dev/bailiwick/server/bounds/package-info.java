/** The bounds of everything that a peer who is not signed in can make grow, in one place. */
@NullMarked
package dev.bailiwick.server.bounds;

import org.jspecify.annotations.NullMarked;
