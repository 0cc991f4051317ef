package dev.bailiwick.server.jail;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.CustomerId;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Files that a removed jail left on its host.
 *
 * @param customer whose they are, with its name; empty where nobody knows
 * @param jailName empty where it is not known
 * @param firstHostId the first of the user ids that they bear; empty where they bear none of a jail's
 * @param deletion present once they are to be deleted: what stands in the way, or nothing
 */
public record LeftFiles(
        UUID id,
        HostId host,
        String hostName,
        String path,
        Optional<CustomerId> customer,
        String customerName,
        JailId jail,
        String jailName,
        OptionalLong firstHostId,
        Instant keptAt,
        Optional<String> deletion) {}
