/** Sessions of the pages, kept in the database. */
@NullMarked
package dev.bailiwick.server.account.session;

import org.jspecify.annotations.NullMarked;
