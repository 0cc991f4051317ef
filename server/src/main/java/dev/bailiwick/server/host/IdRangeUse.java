package dev.bailiwick.server.host;

import java.util.Optional;

/**
 * What the ranges of user ids of a host are used for.
 *
 * @param used how many jails have
 * @param kept how many files bear that removed jails left; see {@code /api/v1/kept-files}
 * @param free how many the next jails can have
 */
public record IdRangeUse(long count, long used, long kept, long free) {

    /** @param kept how many kept files the server knows of; the host has counted them too, but perhaps not at the same moment */
    public static Optional<IdRangeUse> of(Host host, long kept) {
        return host.presence()
                .flatMap(Host.Presence::idRanges)
                .map(ranges -> new IdRangeUse(
                        ranges.count(),
                        Math.max(0, ranges.taken() - kept),
                        kept,
                        Math.max(0, ranges.count() - ranges.taken())));
    }
}
