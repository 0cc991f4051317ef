/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.jail.file.archive;

import org.jspecify.annotations.NullMarked;
