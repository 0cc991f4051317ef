package dev.bailiwick.server.host.page;

import dev.bailiwick.server.host.Backlog;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostState;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row of the list of hosts.
 *
 * @param state the text of a {@link HostState}
 * @param backlog null if nothing is left to do, or if that is unknown
 * @param problems how many problems the host reports about itself
 * @param differs whether there are differences that an operator has to look at
 * @param cpus 0 before the host first connects; {@code memory} is then empty
 * @param seen the last sign of life of a disconnected host
 */
record HostRow(
        String id,
        String name,
        String state,
        long jails,
        @Nullable ShownBacklog backlog,
        int problems,
        boolean differs,
        int cpus,
        String memory,
        @Nullable Moment seen) {

    static HostRow of(Host host, long jails, Backlog backlog, Instant now) {
        return new HostRow(
                host.id().toString(),
                host.name().value(),
                host.state().text(),
                jails,
                ShownBacklog.of(host, backlog),
                host.presence().map(presence -> presence.conditions().size()).orElse(0),
                host.agreement().diverged() || host.agreement().undecided() > 0,
                host.presence().map(presence -> presence.facts().cpus()).orElse(0),
                host.presence()
                        .map(presence -> ShownHost.gibibytes(presence.facts().memoryBytes()))
                        .orElse(""),
                host.presence()
                        .filter(presence -> !presence.connected())
                        .map(presence -> Moment.of(presence.lastSeenAt(), now))
                        .orElse(null));
    }

    LivePart part() {
        return new LivePart("host-" + id, "hosts/row", "row", Map.of("row", this));
    }
}
