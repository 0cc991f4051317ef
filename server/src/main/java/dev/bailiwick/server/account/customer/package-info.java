/** Customers, in whose name jails and users exist. */
@NullMarked
package dev.bailiwick.server.account.customer;

import org.jspecify.annotations.NullMarked;
