/** Tests of what the pages of all modules share. */
@NullMarked
package dev.bailiwick.server.page;

import org.jspecify.annotations.NullMarked;
