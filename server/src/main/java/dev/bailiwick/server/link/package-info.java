/** The link to the hosts: joining, and the stream that takes desired states down and brings reports up. */
@NullMarked
package dev.bailiwick.server.link;

import org.jspecify.annotations.NullMarked;
