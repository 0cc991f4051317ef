package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostId;
import java.util.List;
import java.util.Optional;

/**
 * A page of a list of hosts.
 *
 * @param previous the first host of the previous page; empty on the first page
 * @param next the first host of the next page; empty on the last page
 */
public record HostPage(List<Host> hosts, Optional<HostId> previous, Optional<HostId> next) {

    public HostPage {
        hosts = List.copyOf(hosts);
    }
}
