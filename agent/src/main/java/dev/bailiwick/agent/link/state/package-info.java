/** The desired state as this host has it: what it takes over from the server's commits, and how it is stored. */
@NullMarked
package dev.bailiwick.agent.link.state;

import org.jspecify.annotations.NullMarked;
