/** The suspension of customers and their jails: its API, and the pages of customers. */
@NullMarked
package dev.bailiwick.server.jail.customer;

import org.jspecify.annotations.NullMarked;
