/** The agent's commands, its configuration, and the one place where its parts are put together by hand. */
@NullMarked
package dev.bailiwick.agent;

import org.jspecify.annotations.NullMarked;
