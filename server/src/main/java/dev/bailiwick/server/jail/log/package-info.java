/** What jails have written, by the API and on a page. */
@NullMarked
package dev.bailiwick.server.jail.log;

import org.jspecify.annotations.NullMarked;
