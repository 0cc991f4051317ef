/** Callers and their permissions: roles, scopes, and limits on what a caller may request at a time. */
@NullMarked
package dev.bailiwick.server.account;

import org.jspecify.annotations.NullMarked;
