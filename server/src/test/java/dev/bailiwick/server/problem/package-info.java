/** Tests of what callers get when something fails. */
@NullMarked
package dev.bailiwick.server.problem;

import org.jspecify.annotations.NullMarked;
