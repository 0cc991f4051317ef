/** Tests of the answers about failures. */
@NullMarked
package dev.bailiwick.server.problem;

import org.jspecify.annotations.NullMarked;
