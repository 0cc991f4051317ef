/** The pages of jails. */
@NullMarked
package dev.bailiwick.server.jail.page;

import org.jspecify.annotations.NullMarked;
