/** The agent's commands and configuration. {@code RunCommand} creates its parts and connects them. */
@NullMarked
package dev.bailiwick.agent;

import org.jspecify.annotations.NullMarked;
