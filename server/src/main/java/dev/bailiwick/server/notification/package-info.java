/** What the database notifies about, and who waits for it in this process. */
@NullMarked
package dev.bailiwick.server.notification;

import org.jspecify.annotations.NullMarked;
