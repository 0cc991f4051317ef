/** WebSockets of people, each of which leads to a stream of bytes of a host. */
@NullMarked
package dev.bailiwick.server.jail.socket;

import org.jspecify.annotations.NullMarked;
