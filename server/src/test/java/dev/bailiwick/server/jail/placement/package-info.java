/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.jail.placement;

import org.jspecify.annotations.NullMarked;
