package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.CustomerId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A customer of the operator: jails belong to a customer.
 *
 * @param externalId the customer's number in the operator's own systems; unique
 * @param retiredAt when the customer was retired: from then on nothing is created for it; null if it is active
 */
public record Customer(
        CustomerId id,
        String name,
        @Nullable String externalId,
        Instant createdAt,
        @Nullable Instant retiredAt) {}
