package dev.bailiwick.server.link;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.server.host.HostId;
import dev.bailiwick.server.host.RootPaths;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * The hosts that are connected to this replica: one session each, the latest. A host that is connected to another replica cannot be
 * asked about paths from here; it judges them when it applies the definition.
 */
@Component
class Sessions implements RootPaths {

    private static final Duration MAX_ANSWER = Duration.ofSeconds(2);

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

    @Override
    public Optional<String> refusal(HostId host, RootPath path, Base base) {
        HostSession session = byHost.get(host);
        return session == null ? Optional.empty() : session.questions().ask(path, base, MAX_ANSWER);
    }
}
