/** Tests of the link, over real connections and with a real database. */
@NullMarked
package dev.bailiwick.server.link;

import org.jspecify.annotations.NullMarked;
