/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.jail.history;

import org.jspecify.annotations.NullMarked;
