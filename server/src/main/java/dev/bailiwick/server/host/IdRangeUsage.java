package dev.bailiwick.server.host;

import java.util.Optional;

/**
 * The use of a host's ranges of user ids.
 *
 * @param used how many ranges jails use
 * @param kept how many ranges the files of removed jails use; see {@code /api/v1/kept-files}
 * @param free how many ranges are free for new jails
 */
public record IdRangeUsage(long count, long used, long kept, long free) {

    /** @param kept how many kept files the server knows of; the host has counted them too, but possibly at another moment */
    public static Optional<IdRangeUsage> of(Host host, long kept) {
        return host.presence()
                .flatMap(Host.Presence::idRanges)
                .map(ranges -> new IdRangeUsage(
                        ranges.count(),
                        Math.max(0, ranges.taken() - kept),
                        kept,
                        Math.max(0, ranges.count() - ranges.taken())));
    }
}
