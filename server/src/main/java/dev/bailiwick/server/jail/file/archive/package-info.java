/** Reads archives that people send, and trusts nothing in them. */
@NullMarked
package dev.bailiwick.server.jail.file.archive;

import org.jspecify.annotations.NullMarked;
