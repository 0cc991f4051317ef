/** Tests of what the pages of every module share. */
@NullMarked
package dev.bailiwick.server.page;

import org.jspecify.annotations.NullMarked;
