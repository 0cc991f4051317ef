/** The networks of customers, by the API and on pages. */
@NullMarked
package dev.bailiwick.server.jail.network;

import org.jspecify.annotations.NullMarked;
