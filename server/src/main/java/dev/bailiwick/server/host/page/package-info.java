/** The pages of hosts. */
@NullMarked
package dev.bailiwick.server.host.page;

import org.jspecify.annotations.NullMarked;
