/** Tests of this module. */
@NullMarked
package dev.bailiwick.server.placement;

import org.jspecify.annotations.NullMarked;
