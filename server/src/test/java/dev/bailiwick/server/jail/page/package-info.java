/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.jail.page;

import org.jspecify.annotations.NullMarked;
