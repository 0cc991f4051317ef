package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.Limits;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/** The order in which hosts are tried for a jail. */
public final class Placement {

    private Placement() {}

    /**
     * Returns the connected hosts. The host with the fewest jails for its memory comes first; of equal hosts, the one
     * with the lowest id, so that the choice can be explained afterwards.
     */
    public static List<Candidate> order(Collection<Candidate> candidates) {
        return candidates.stream()
                .filter(Candidate::connected)
                .sorted(Comparator.comparingDouble(Candidate::load)
                        .thenComparing(candidate -> candidate.host().toString()))
                .toList();
    }

    /**
     * The facts about a host that placement uses.
     *
     * @param jails the number of its jails, whether or not they run
     * @param memoryLeft what it can still promise of its memory, in bytes; empty without a bound
     * @param cpuMillisLeft as {@code memoryLeft}, of its CPUs
     */
    public record Candidate(
            HostId host,
            boolean connected,
            long jails,
            long memoryBytes,
            OptionalLong memoryLeft,
            OptionalLong cpuMillisLeft) {

        /** Returns the host with one more jail, which has these limits. */
        public Candidate withOneMore(Limits limits) {
            return new Candidate(
                    host,
                    connected,
                    jails + 1,
                    memoryBytes,
                    less(memoryLeft, limits.memoryBytes().orElse(0)),
                    less(cpuMillisLeft, limits.cpuMillis().orElse(0)));
        }

        /** Whether it can promise that to one more jail. */
        public boolean hasRoom(Limits limits) {
            return limits.memoryBytes().orElse(0) <= memoryLeft.orElse(Long.MAX_VALUE)
                    && limits.cpuMillis().orElse(0) <= cpuMillisLeft.orElse(Long.MAX_VALUE);
        }

        private static OptionalLong less(OptionalLong left, long taken) {
            return left.isPresent() ? OptionalLong.of(left.getAsLong() - taken) : left;
        }

        private double load() {
            return (double) jails / Math.max(1, memoryBytes);
        }
    }
}
