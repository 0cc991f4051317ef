package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.CustomerId;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;

/**
 * A customer in the list of the pages.
 *
 * @param jails the number of its jails, without those that are being removed
 */
@NamedInterface("customer")
public record ListedCustomer(
        CustomerId id,
        String name,
        @Nullable String externalId,
        @Nullable String contact,
        CustomerState state,
        long jails) {}
