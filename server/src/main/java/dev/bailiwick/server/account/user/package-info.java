/** Users: who they are, by which login and password, and in which role for which customer. */
@NullMarked
package dev.bailiwick.server.account.user;

import org.jspecify.annotations.NullMarked;
