/** Tests of this package. */
@NullMarked
package dev.bailiwick.jail.file;

import org.jspecify.annotations.NullMarked;
