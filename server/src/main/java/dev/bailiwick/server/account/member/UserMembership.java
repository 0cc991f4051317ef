package dev.bailiwick.server.account.member;

import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import java.time.Instant;

/**
 * What a user is to one customer.
 *
 * @param jails how many jails a colleague has; 0 for an owner, who has all
 */
public record UserMembership(CustomerId customer, String name, MemberRole role, int jails, Instant since) {}
