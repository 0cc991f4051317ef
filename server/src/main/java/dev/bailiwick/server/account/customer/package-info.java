/** Customers, to whom jails and users belong. */
@NullMarked
package dev.bailiwick.server.account.customer;

import org.jspecify.annotations.NullMarked;
