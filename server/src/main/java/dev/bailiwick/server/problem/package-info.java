/** What callers get when something cannot be done: problem documents (RFC 9457) made from failures named as facts. */
@NullMarked
package dev.bailiwick.server.problem;

import org.jspecify.annotations.NullMarked;
