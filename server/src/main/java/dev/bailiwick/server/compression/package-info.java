/** The compression of answers. */
@NullMarked
package dev.bailiwick.server.compression;

import org.jspecify.annotations.NullMarked;
