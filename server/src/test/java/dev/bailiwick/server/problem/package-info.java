/** Tests of what callers are told. */
@NullMarked
package dev.bailiwick.server.problem;

import org.jspecify.annotations.NullMarked;
