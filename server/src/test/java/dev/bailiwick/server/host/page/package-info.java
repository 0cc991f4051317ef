/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.host.page;

import org.jspecify.annotations.NullMarked;
