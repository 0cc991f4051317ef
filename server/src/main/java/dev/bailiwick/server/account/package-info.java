/** Who may do what: callers, their roles and scopes, and how much one may ask for at a time. */
@NullMarked
package dev.bailiwick.server.account;

import org.jspecify.annotations.NullMarked;
