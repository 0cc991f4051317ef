package dev.bailiwick.server.jail;

import dev.bailiwick.jail.InvalidValue;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Phase;
import dev.bailiwick.server.host.HostId;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.web.util.UriComponentsBuilder;

/** What the list of jails was asked for, as in its address. A value that can not be is as good as none. */
record JailQuery(String q, String phase, String host, String from) {

    JailQuery {
        q = Objects.requireNonNullElse(q, "").strip();
        phase = Objects.requireNonNullElse(phase, "");
        host = Objects.requireNonNullElse(host, "");
        from = Objects.requireNonNullElse(from, "");
    }

    boolean unfiltered() {
        return q.isEmpty() && phase.isEmpty() && host.isEmpty() && from.isEmpty();
    }

    JailFilter filter() {
        return new JailFilter(
                read(host).map(HostId::parse),
                Optional.empty(),
                phase.isEmpty() ? Optional.empty() : Optional.of(phase),
                q.isEmpty() ? Optional.empty() : Optional.of(q));
    }

    Optional<JailId> start() {
        return read(from).map(JailId::parse);
    }

    /** The address of the list, or of its stream with what is seen of it already, starting at another place. */
    String address(String path, String start, String seen) {
        UriComponentsBuilder address = UriComponentsBuilder.fromPath(path);
        if (!q.isEmpty()) {
            address.queryParam("q", q);
        }
        if (!phase.isEmpty()) {
            address.queryParam("phase", phase);
        }
        if (!host.isEmpty()) {
            address.queryParam("host", host);
        }
        if (!start.isEmpty()) {
            address.queryParam("from", start);
        }
        if (!seen.isEmpty()) {
            address.queryParam("seen", seen);
        }
        return address.encode().toUriString();
    }

    static Stream<String> phases() {
        return Stream.concat(Stream.of(Phase.values()).map(Phase::text), Stream.of("unknown"));
    }

    private static Optional<String> read(String id) {
        try {
            return id.isEmpty()
                    ? Optional.empty()
                    : Optional.of(JailId.parse(id).toString());
        } catch (InvalidValue e) {
            return Optional.empty();
        }
    }
}
