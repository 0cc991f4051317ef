package dev.bailiwick.server.account;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody whose jails are hosted.
 *
 * @param externalId the customer's number in the operator's own systems; unique
 * @param retiredAt since when nothing new is made for them
 */
public record Customer(
        CustomerId id,
        String name,
        @Nullable String externalId,
        Instant createdAt,
        @Nullable Instant retiredAt) {}
