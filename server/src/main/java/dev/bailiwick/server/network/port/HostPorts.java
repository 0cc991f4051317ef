package dev.bailiwick.server.network.port;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The ports of hosts that can lead to their jails. An operator names them, so that no jail takes one that the host itself needs. */
@Service
public class HostPorts {

    private static final int MAX_RANGES = 32;

    private final Ports ports;
    private final Hosts hosts;
    private final Audit audit;

    HostPorts(Ports ports, Hosts hosts, Audit audit) {
        this.ports = ports;
        this.hosts = hosts;
        this.audit = audit;
    }

    /** @throws HostNotFound if the host does not exist */
    @Transactional(readOnly = true)
    public List<PortRange> offered(Caller caller, HostId host) {
        caller.require(Scope.HOSTS_READ);
        requireHost(host);
        return ports.offered(host);
    }

    /**
     * Replaces them. Ports that are published already stay so. Changes nothing if it is so already.
     *
     * @throws HostNotFound if the host does not exist
     * @throws InvalidRequest if there are too many, or two overlap
     */
    @Transactional
    public List<PortRange> offer(Caller caller, HostId host, List<PortRange> ranges) {
        caller.require(Scope.HOSTS_WRITE);
        var _ = hosts.lock(host);
        if (ranges.size() > MAX_RANGES) {
            throw new InvalidRequest("/ranges", "must be at most " + MAX_RANGES);
        }
        for (int i = 0; i < ranges.size(); i++) {
            PortRange one = ranges.get(i);
            if (ranges.subList(0, i).stream().anyMatch(one::overlaps)) {
                throw new InvalidRequest("/ranges/" + i, "overlaps another one");
            }
        }
        List<PortRange> before = ports.offered(host);
        ports.offer(host, ranges);
        List<PortRange> after = ports.offered(host);
        if (!after.equals(before)) {
            audit.record(
                    caller.actor(),
                    Subject.of("host", host),
                    new PortEvent.Offered(after.stream()
                            .map(range -> range.address() + " " + range.firstPort() + "-" + range.lastPort())
                            .toList()));
        }
        return after;
    }

    private void requireHost(HostId host) {
        if (hosts.find(host).isEmpty()) {
            throw new HostNotFound(host);
        }
    }
}
