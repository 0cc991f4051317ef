/** The link to the hosts: joining, and the stream that carries desired states to hosts and reports back. */
@NullMarked
package dev.bailiwick.server.link;

import org.jspecify.annotations.NullMarked;
