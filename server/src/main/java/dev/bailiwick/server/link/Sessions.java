package dev.bailiwick.server.link;

import dev.bailiwick.jail.HostId;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** The hosts that are connected to this replica, each with its latest session. */
@Component
class Sessions {

    private final Map<HostId, HostSession> byHost = new ConcurrentHashMap<>();

    void add(HostSession session) {
        HostSession before = byHost.put(session.host(), session);
        if (before != null) {
            before.end(Status.ABORTED.withDescription("another session of this host has replaced this one"));
        }
    }

    void remove(HostSession session) {
        byHost.remove(session.host(), session);
    }

    List<HostSession> all() {
        return List.copyOf(byHost.values());
    }

    /** Returns the session of a host; empty if the host is not connected to this replica. */
    Optional<HostSession> find(HostId host) {
        return Optional.ofNullable(byHost.get(host));
    }
}
