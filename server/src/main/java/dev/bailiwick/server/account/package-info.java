/** Customers, users and their permissions, authentication, and the security rules for all requests. */
@NullMarked
package dev.bailiwick.server.account;

import org.jspecify.annotations.NullMarked;
