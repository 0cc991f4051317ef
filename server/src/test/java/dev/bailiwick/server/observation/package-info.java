/** Tests of this module. */
@NullMarked
package dev.bailiwick.server.observation;

import org.jspecify.annotations.NullMarked;
