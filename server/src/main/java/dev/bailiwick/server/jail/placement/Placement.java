package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.HostId;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Chooses a host for a jail. */
public final class Placement {

    private Placement() {}

    /**
     * The connected hosts, the one with the fewest jails for its memory first; of equal ones the one with the lowest id, so that
     * the choice can be explained afterwards.
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
     * A host as far as placement is concerned.
     *
     * @param jails how many it has, whether they run or not
     */
    public record Candidate(HostId host, boolean connected, long jails, long memoryBytes) {

        /** The same once another jail was placed on it. */
        public Candidate withOneMore() {
            return new Candidate(host, connected, jails + 1, memoryBytes);
        }

        private double load() {
            return (double) jails / Math.max(1, memoryBytes);
        }
    }
}
