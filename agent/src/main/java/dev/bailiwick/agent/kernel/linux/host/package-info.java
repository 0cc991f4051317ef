/** Settings of the host that jails depend on: memory, processes, core dumps. Each class reports the reason if a setting is missing. */
@NullMarked
package dev.bailiwick.agent.kernel.linux.host;

import org.jspecify.annotations.NullMarked;
