/** Authentication of people and programs, and the security rules for all requests. */
@NullMarked
package dev.bailiwick.server.account.signin;

import org.jspecify.annotations.NullMarked;
