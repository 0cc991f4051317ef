/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.jail.difference;

import org.jspecify.annotations.NullMarked;
