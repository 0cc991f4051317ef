package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import org.springframework.stereotype.Component;

/** Records in the audit what happens to jails; the customer of a jail sees the events of it. */
@Component
class JailEvents {

    private final Audit audit;

    JailEvents(Audit audit) {
        this.audit = audit;
    }

    void record(Caller caller, JailId jail, CustomerId customer, JailEvent event) {
        audit.record(caller.actor(), Subject.of("jail", jail).visibleTo(customer.value()), event);
    }

    /** The host says that its kernel has killed processes of this jail. */
    void oomKilled(HostId host, JailId jail, CustomerId customer, OomKills kills) {
        audit.record(
                "host:" + host,
                Subject.of("jail", jail).visibleTo(customer.value()),
                new JailEvent.OomKilled(
                        kills.count(),
                        kills.shortOf().text(),
                        kills.largest().stream()
                                .map(process -> new JailEvent.OomKilled.LargeProcess(process.name(), process.bytes()))
                                .toList(),
                        kills.hostAvailableBytes()));
    }

    /** Records what happens to all jails of a customer. */
    void record(Caller caller, CustomerId customer, AccountEvent event) {
        audit.record(caller.actor(), Subject.of("customer", customer).visibleTo(customer.value()), event);
    }

    /** The host says that nothing is left of this jail. */
    void removed(HostId host, IntentRemovals.ForgottenJail jail) {
        audit.record(
                "host:" + host,
                Subject.of("jail", jail.id()).visibleTo(jail.customer()),
                new JailEvent.Removed(jail.name()));
    }
}
