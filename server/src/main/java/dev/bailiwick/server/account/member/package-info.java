/** The people of customers: who belongs to which customer, and the jails that colleagues were given. */
@NamedInterface("member")
@NullMarked
package dev.bailiwick.server.account.member;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
