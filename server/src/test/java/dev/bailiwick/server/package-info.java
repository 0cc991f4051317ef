/** Tests of the whole server, and what tests of its modules share. */
@NullMarked
package dev.bailiwick.server;

import org.jspecify.annotations.NullMarked;
