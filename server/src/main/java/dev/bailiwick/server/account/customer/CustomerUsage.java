package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.quota.Usage;
import org.springframework.modulith.NamedInterface;

/** What the jails of a customer have, with those of its customers, beside what they may have. */
@NamedInterface("customer")
public record CustomerUsage(Quota quota, Usage used) {}
