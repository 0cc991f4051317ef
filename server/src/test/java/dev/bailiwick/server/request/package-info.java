/** Tests of reading requests. */
@NullMarked
package dev.bailiwick.server.request;

import org.jspecify.annotations.NullMarked;
