/** The networks of customers: which jails are members, and what each host has to know of that. */
@NamedInterface("member")
@NullMarked
package dev.bailiwick.server.network.member;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
