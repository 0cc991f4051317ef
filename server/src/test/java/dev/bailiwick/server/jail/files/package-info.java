/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.jail.files;

import org.jspecify.annotations.NullMarked;
