package dev.bailiwick.server.jail.history;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.server.account.CustomerId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A removed jail, in its last state.
 *
 * @param nameOfHost the name of the host at the time of the removal
 * @param path the path of its files on the host; they may still be there if they were kept
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
