package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.quota.Usage;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;

/**
 * What the jails of a customer have, with those of its customers, beside what they may have.
 *
 * @param reseller the name of its reseller; null if there is none
 */
@NamedInterface("customer")
public record CustomerUsage(
        Quota quota, Usage used, @Nullable String reseller) {}
