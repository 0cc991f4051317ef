package dev.bailiwick.server.jail.page;

import dev.bailiwick.server.host.HostFilter;
import dev.bailiwick.server.host.HostOrder;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.page.SelectOption;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The hosts by which an operator can filter jails. */
@Component
public class HostChoices {

    /** More than any installation has. */
    static final int MAX_HOSTS = 100_000;

    private final Hosts hosts;

    HostChoices(Hosts hosts) {
        this.hosts = hosts;
    }

    /** Returns the hosts by name. */
    public List<SelectOption> all() {
        return hosts.list(HostFilter.ALL, HostOrder.BY_NAME, Optional.empty(), MAX_HOSTS).hosts().stream()
                .map(host -> new SelectOption(host.id().toString(), host.name().value()))
                .toList();
    }
}
