package dev.bailiwick.server.jail.port;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.port.PortEvent;
import dev.bailiwick.server.network.port.PortRange;
import dev.bailiwick.server.network.port.PortTaken;
import dev.bailiwick.server.network.port.Ports;
import dev.bailiwick.server.network.port.Ports.JailPort;
import dev.bailiwick.server.plan.PlanDoesNotFit;
import dev.bailiwick.server.plan.Plans;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Publishes ports of jails: leads ports of their hosts to them. */
@Service
public class JailPorts {

    /** The maximum number of ports in one request. */
    static final int MAX_COUNT = 100;

    private static final int MAX_PORTS_OF_JAIL = 1_000;

    private final Jails jails;
    private final Ports ports;
    private final Plans plans;
    private final Audit audit;
    private final Clock clock;

    JailPorts(Jails jails, Ports ports, Plans plans, Audit audit, Clock clock) {
        this.jails = jails;
        this.ports = ports;
        this.plans = plans;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * What leads to a jail, and what could.
     *
     * @param offered the ports of its host that can lead to jails, also those that do
     */
    public record PortsOfJail(JailView jail, List<JailPort> published, List<PortRange> offered) {}

    /** @throws JailNotFound if there is no such jail that the caller may see */
    @Transactional(readOnly = true)
    public PortsOfJail of(Caller caller, JailId id) {
        JailView jail = jails.find(caller, id);
        return new PortsOfJail(jail, ports.of(id), ports.offered(jail.host()));
    }

    /** Checks that the caller publishes ports of the jail, before a request about them is read. */
    JailView require(Caller caller, JailId id) {
        JailView jail = jails.find(caller, id);
        caller.require(Right.DEFINE);
        return jail;
    }

    /**
     * Leads ports of the jail's host to the jail. The host does so at once, whether the jail runs or not.
     *
     * @param first the first port; the others follow it
     * @param count 1 to {@value #MAX_COUNT}
     * @throws JailNotFound if there is no such jail that the caller may see
     * @throws JailRetired if it is being removed
     * @throws InvalidRequest naming the field for which the host offers no such port, or the jail has no such address
     * @throws PortTaken if one of the ports leads to a jail already
     * @throws PlanDoesNotFit if the plan of the jail allows fewer
     */
    @Transactional
    PortsOfJail publish(Caller caller, JailId id, JailPort first, int count) {
        require(caller, id);
        ports.lock(id);
        JailView jail = jails.find(caller, id);
        if (jail.retiredAt().isPresent()) {
            throw new JailRetired(id);
        }
        check(jail, first, count);
        requireRoom(jail, ports.count(id) + count);
        ports.publish(jail.host(), id, first, count, clock.instant());
        audit.record(
                caller.actor(),
                Subject.of("jail", id).visibleTo(jail.customer().value()),
                new PortEvent.Published(
                        first.protocol().toString(), first.address().toString(), first.port(), count, first.target()));
        return of(caller, id);
    }

    private void check(JailView jail, JailPort first, int count) {
        if (count < 1 || count > MAX_COUNT) {
            throw new InvalidRequest("/count", "must be 1 to " + MAX_COUNT);
        }
        if (first.port() + count - 1 > PublishedPort.MAX_PORT || first.target() + count - 1 > PublishedPort.MAX_PORT) {
            throw new InvalidRequest("/count", "must not lead beyond port " + PublishedPort.MAX_PORT);
        }
        List<PortRange> ofAddress = ports.offered(jail.host()).stream()
                .filter(range -> range.address().equals(first.address()))
                .toList();
        if (ofAddress.isEmpty()) {
            throw new InvalidRequest("/address", "is not an address of the jail's host with ports for jails");
        }
        if (ofAddress.stream().noneMatch(range -> range.has(first.port(), first.port() + count - 1))) {
            throw new InvalidRequest(
                    "/port",
                    ofAddress.stream()
                            .map(range -> range.firstPort() + " to " + range.lastPort())
                            .reduce((some, others) -> some + " or " + others)
                            .map(all -> "must be " + all + ", with all that follow it")
                            .orElseThrow());
        }
        IpAddress address = first.address();
        if (jail.definition().addresses().all().stream().noneMatch(own -> own.isV4() == address.isV4())) {
            throw new InvalidRequest(
                    "/address", "is of IPv" + (address.isV4() ? 4 : 6) + ", of which the jail has no address");
        }
    }

    private void requireRoom(JailView jail, int wanted) {
        jail.plan()
                .flatMap(plan -> plans.terms(plan.version()).tooManyPorts(wanted))
                .ifPresent(violation -> {
                    throw new PlanDoesNotFit(List.of(violation));
                });
        if (wanted > MAX_PORTS_OF_JAIL) {
            throw new InvalidRequest("/count", "makes more than " + MAX_PORTS_OF_JAIL + " published ports of one jail");
        }
    }

    /**
     * Ends that ports of the host lead to the jail; those that do not already are passed over. Connections through them end, except those of a
     * jail whose pool is routed.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     */
    @Transactional
    void withdraw(Caller caller, JailId id, JailPort first, int count) {
        JailView jail = require(caller, id);
        if (count < 1 || count > MAX_COUNT) {
            throw new InvalidRequest("/count", "must be 1 to " + MAX_COUNT);
        }
        if (ports.withdraw(id, first.protocol(), first.address(), first.port(), count) > 0) {
            audit.record(
                    caller.actor(),
                    Subject.of("jail", id).visibleTo(jail.customer().value()),
                    new PortEvent.Withdrawn(
                            first.protocol().toString(), first.address().toString(), first.port(), count));
        }
    }
}
