/**
 * What this host allows, and what it must not show: memory, processes, core dumps. Each says by itself why it is missing.
 */
@NullMarked
package dev.bailiwick.agent.kernel.linux.host;

import org.jspecify.annotations.NullMarked;
