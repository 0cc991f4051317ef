/** Users: their logins, passwords, roles and customers. */
@NullMarked
package dev.bailiwick.server.account.user;

import org.jspecify.annotations.NullMarked;
