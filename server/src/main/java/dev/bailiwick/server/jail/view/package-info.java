/** Reading jails: one, a list or a count. Each has its desired state and its reported status. */
@NullMarked
package dev.bailiwick.server.jail.view;

import org.jspecify.annotations.NullMarked;
