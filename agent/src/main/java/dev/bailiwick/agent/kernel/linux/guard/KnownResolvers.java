package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.linux.network.ResolverFiles;
import dev.bailiwick.jail.IpAddress;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.SequencedSet;

/** The name servers that jails have been given, in resolv.conf(5), since this agent began; the latest where there are many. For one thread. */
final class KnownResolvers {

    private static final int MAX = 16;

    private final SequencedSet<IpAddress> all = new LinkedHashSet<>();

    /** With those that a jail would be given now. */
    SequencedSet<IpAddress> now() {
        all.addAll(ResolverFiles.servers());
        while (all.size() > MAX) {
            all.removeFirst();
        }
        return Collections.unmodifiableSequencedSet(new LinkedHashSet<>(all));
    }
}
