/** Sessions of the pages, kept in the database. */
@NamedInterface("session")
@NullMarked
package dev.bailiwick.server.account.session;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
