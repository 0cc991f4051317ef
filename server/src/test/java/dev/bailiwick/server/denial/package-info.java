/** Tests of this module. */
@NullMarked
package dev.bailiwick.server.denial;

import org.jspecify.annotations.NullMarked;
