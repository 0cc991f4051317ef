package dev.bailiwick.server.jail.intent.file;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.CustomerId;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The files that a removed jail left on its host.
 *
 * @param customer the owner of the files; empty if unknown
 * @param jailName empty if unknown
 * @param base what the jail was based on
 * @param firstHostId the first of the user ids that own the files; empty if these are not the ids of a jail
 * @param deletion present after the deletion was requested: the reason why the host cannot delete the files, or an
 *     empty text
 */
public record KeptFilesView(
        UUID id,
        HostId host,
        String hostName,
        String path,
        Optional<CustomerId> customer,
        String customerName,
        JailId jail,
        String jailName,
        Base base,
        OptionalLong firstHostId,
        Instant keptAt,
        Optional<String> deletion) {}
