/** The link, over real connections to a real database. */
@NullMarked
package dev.bailiwick.server.link;

import org.jspecify.annotations.NullMarked;
