/** Where a jail goes when nobody says where. */
@NullMarked
package dev.bailiwick.server.placement;

import org.jspecify.annotations.NullMarked;
