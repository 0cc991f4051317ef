/** What is wanted of jails, and the only writers of it. */
@NullMarked
package dev.bailiwick.server.jail.intent;

import org.jspecify.annotations.NullMarked;
