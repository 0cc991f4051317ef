/** Tests of the whole server, and classes that tests of its modules share. */
@NullMarked
package dev.bailiwick.server;

import org.jspecify.annotations.NullMarked;
