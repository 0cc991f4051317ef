package dev.bailiwick.server.network.reverse;

import dev.bailiwick.server.network.reverse.ReverseNames.NamedAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.http.MediaType;

/** Names of addresses as records of a zone file (RFC 1035). */
final class ReverseZone {

    /** RFC 4027. */
    static final String TEXT = "text/dns";

    static final MediaType TYPE = MediaType.parseMediaType(TEXT);

    private static final int TTL_SECONDS = 3600;

    private ReverseZone() {}

    /** Returns a line for each address, with full names. */
    static byte[] of(List<NamedAddress> all) {
        return all.stream()
                .map(named ->
                        ReverseName.ownerOf(named.address()) + " " + TTL_SECONDS + " IN PTR " + named.name() + ".\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.US_ASCII);
    }
}
