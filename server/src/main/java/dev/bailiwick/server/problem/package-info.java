/** The answers about failures: problem documents (RFC 9457) and error pages. The names of failures state facts. */
@NullMarked
package dev.bailiwick.server.problem;

import org.jspecify.annotations.NullMarked;
