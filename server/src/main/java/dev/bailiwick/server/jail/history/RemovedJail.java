package dev.bailiwick.server.jail.history;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.server.account.CustomerId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A jail of which nothing is left on its host, as it was last.
 *
 * @param customerName empty where the caller may not know it
 * @param nameOfHost as the host was called then
 * @param path where its files were, or are still if they were kept
 */
public record RemovedJail(
        JailId id,
        CustomerId customer,
        String customerName,
        HostId host,
        String nameOfHost,
        String name,
        String hostname,
        Optional<String> externalId,
        Labels labels,
        List<String> addresses,
        String path,
        long generation,
        boolean filesKept,
        Instant createdAt,
        Instant retiredAt,
        Instant removedAt) {

    public RemovedJail {
        addresses = List.copyOf(addresses);
    }
}
