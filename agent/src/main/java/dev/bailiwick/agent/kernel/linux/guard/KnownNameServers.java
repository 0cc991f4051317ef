package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.linux.network.ResolverFiles;
import dev.bailiwick.jail.IpAddress;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.SequencedSet;

/**
 * The name servers that jails have received in resolv.conf(5) since this agent started, at most the latest {@value #MAX}. Confined to one
 * thread.
 */
final class KnownNameServers {

    private static final int MAX = 16;

    private final SequencedSet<IpAddress> all = new LinkedHashSet<>();

    /**
     * Returns them, including the servers that a jail would receive now.
     *
     * @param ofOperators servers that operators have named for a pool or for this host, which do not count for the maximum; those of a
     *     definition are not among them: a customer may have chosen them
     */
    SequencedSet<IpAddress> now(SequencedSet<IpAddress> ofOperators) {
        all.addAll(ResolverFiles.servers());
        while (all.size() > MAX) {
            all.removeFirst();
        }
        SequencedSet<IpAddress> now = new LinkedHashSet<>(all);
        now.addAll(ofOperators);
        return Collections.unmodifiableSequencedSet(now);
    }
}
