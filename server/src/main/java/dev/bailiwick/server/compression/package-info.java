/** What compresses answers on their way. */
@NullMarked
package dev.bailiwick.server.compression;

import org.jspecify.annotations.NullMarked;
