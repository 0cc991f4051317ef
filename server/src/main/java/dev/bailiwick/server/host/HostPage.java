package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostId;
import java.util.List;
import java.util.Optional;

/**
 * Some hosts of a list.
 *
 * @param previous where the page before starts; empty on the first one
 * @param next where the next page starts; empty on the last one
 */
public record HostPage(List<Host> hosts, Optional<HostId> previous, Optional<HostId> next) {

    public HostPage {
        hosts = List.copyOf(hosts);
    }
}
