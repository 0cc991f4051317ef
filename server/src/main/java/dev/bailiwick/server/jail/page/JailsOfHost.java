package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.CustomerList;
import dev.bailiwick.server.host.HostedJails;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.jail.view.JailPage;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.SortDirection;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The jails that a host's page shows, as the list of jails shows them. */
@Component
class JailsOfHost implements HostedJails {

    private static final JailOrder BY_NAME = new JailOrder(JailOrder.Column.NAME, SortDirection.ASCENDING);

    private final Jails jails;
    private final CustomerList customers;
    private final Clock clock;

    JailsOfHost(Jails jails, CustomerList customers, Clock clock) {
        this.jails = jails;
        this.customers = customers;
        this.clock = clock;
    }

    @Override
    public List<LivePart> of(Caller caller, HostId host, int limit) {
        JailFilter ofHost = new JailFilter(Optional.of(host), Optional.empty(), Optional.empty(), Optional.empty());
        JailPage page = jails.list(caller, ofHost, BY_NAME, Optional.empty(), limit);
        Map<CustomerId, String> names = customers.names(caller, page.customers());
        return new ShownJailsOfHost(
                        host,
                        page.jails().stream()
                                .map(jail -> JailRow.of(jail, names, clock.instant()))
                                .toList(),
                        jails.count(caller, ofHost))
                .parts();
    }
}
