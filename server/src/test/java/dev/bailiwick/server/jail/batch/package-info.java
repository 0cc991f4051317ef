/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.jail.batch;

import org.jspecify.annotations.NullMarked;
