/** The database's notifications, and their listeners in this process. */
@NullMarked
package dev.bailiwick.server.notification;

import org.jspecify.annotations.NullMarked;
