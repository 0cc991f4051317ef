package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.HostId;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The order in which hosts are tried for a jail. */
public final class Placement {

    private Placement() {}

    /**
     * Returns the connected hosts. The host with the fewest jails for its memory comes first; of equal hosts, the one
     * with the lowest id, so that the choice can be explained afterwards.
     */
    public static List<HostId> order(Collection<Candidate> candidates) {
        return candidates.stream()
                .filter(Candidate::connected)
                .sorted(Comparator.comparingDouble(Candidate::load)
                        .thenComparing(candidate -> candidate.host().toString()))
                .map(Candidate::host)
                .toList();
    }

    /**
     * The facts about a host that placement uses.
     *
     * @param jails the number of its jails, whether or not they run
     */
    public record Candidate(HostId host, boolean connected, long jails, long memoryBytes) {

        /** Returns the host with one more jail. */
        public Candidate withOneMore() {
            return new Candidate(host, connected, jails + 1, memoryBytes);
        }

        private double load() {
            return (double) jails / Math.max(1, memoryBytes);
        }
    }
}
