package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.host.HostedJails;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.SortDirection;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The jails that a host's page shows, as the list of jails shows them. */
@Component
class JailsOfHost implements HostedJails {

    private static final JailOrder BY_NAME = new JailOrder(JailOrder.Column.NAME, SortDirection.ASCENDING);

    private final Jails jails;
    private final Customers customers;
    private final Clock clock;

    JailsOfHost(Jails jails, Customers customers, Clock clock) {
        this.jails = jails;
        this.customers = customers;
        this.clock = clock;
    }

    @Override
    public List<LivePart> of(Caller caller, HostId host, int limit) {
        JailFilter ofHost = new JailFilter(Optional.of(host), Optional.empty(), Optional.empty(), Optional.empty());
        Map<CustomerId, String> names = new HashMap<>();
        return new ShownJailsOfHost(
                        host,
                        jails.list(caller, ofHost, BY_NAME, Optional.empty(), limit).jails().stream()
                                .map(jail -> JailRow.of(
                                        jail,
                                        names.computeIfAbsent(jail.customer(), id -> customers.nameOf(caller, id)),
                                        clock.instant()))
                                .toList(),
                        jails.count(caller, ofHost))
                .parts();
    }
}
