/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.jail.timeline;

import org.jspecify.annotations.NullMarked;
