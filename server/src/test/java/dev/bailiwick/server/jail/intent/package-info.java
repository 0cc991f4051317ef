/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.jail.intent;

import org.jspecify.annotations.NullMarked;
