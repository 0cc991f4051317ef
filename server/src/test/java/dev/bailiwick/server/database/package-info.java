/** Tests of the embedded database, mostly by killing it. */
@NullMarked
package dev.bailiwick.server.database;

import org.jspecify.annotations.NullMarked;
