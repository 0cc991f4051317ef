package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.guard.NetworkGuard;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.network.JailNetwork;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.jail.report.Condition;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks at what a running jail needs beside its processes, and restores what can be restored while they run. */
final class Upkeep {

    private final JailNetwork network;
    private final Cgroups cgroups;
    private final NetworkGuard guard;

    Upkeep(JailNetwork network, Cgroups cgroups, NetworkGuard guard) {
        this.network = network;
        this.cgroups = cgroups;
        this.guard = guard;
    }

    /** Whether the jail of this init may lack something; also where it is about to end. */
    boolean isDamaged(IdRange range, int initPid, Needs needed) {
        try {
            return !network.lacking(range, needed.addresses()).isEmpty()
                    || !guard.isWhole()
                    || !cgroups.contains(range, initPid)
                    || !cgroups.unheld(range, needed.limits()).isEmpty()
                    || !needed.missingMounts(initPid).isEmpty()
                    || needed.lacksPrograms(initPid);
        } catch (UncheckedIOException e) {
            // Its cgroup is gone: so may the jail be.
            return true;
        }
    }

    /**
     * Restores what is gone; does nothing where the init has ended.
     *
     * @return what was gone
     * @throws KernelRefusal if something is and stays gone
     */
    List<String> mend(IdRange range, int initPid, Needs needed) {
        Set<JailNetwork.Part> lacking = network.lacking(range, needed.addresses());
        // Asked after that: what a jail has goes when it ends, and that is no damage.
        if (!ProcessTimes.hasNamespaces(initPid)) {
            return List.of();
        }
        List<String> mended = new ArrayList<>();
        try {
            if (!lacking.isEmpty()) {
                network.mend(range, initPid, needed.addresses(), lacking);
                lacking.forEach(part -> mended.add(part.toString()));
            }
            if (!guard.isWhole()) {
                throw damaged("nothing keeps it from other jails and from this host: " + guard.unavailableReason());
            }
            if (!cgroups.contains(range, initPid)) {
                throw damaged("its init is outside of its cgroup, where no limit holds it; restart it");
            }
            List<String> unheld = cgroups.unheld(range, needed.limits());
            if (!unheld.isEmpty()) {
                cgroups.restoreLimits(range, needed.limits());
                unheld.forEach(limit -> mended.add("the limit " + limit));
            }
            Set<String> unmounted = needed.missingMounts(initPid);
            if (!unmounted.isEmpty()) {
                throw damaged("nothing is mounted at " + String.join(", ", unmounted) + " any more; restart it");
            }
            if (needed.lacksPrograms(initPid)) {
                throw KernelRefusal.transientFailure(
                        Condition.BASE_GONE,
                        "its base is gone: the programs in its /usr, which it shares with this host, have been removed under it; restart"
                                + " it, and it begins with those that this host has now");
            }
            return mended;
        } catch (KernelRefusal | LinuxFailure | UncheckedIOException e) {
            if (!ProcessTimes.hasNamespaces(initPid)) {
                return List.of();
            }
            throw asRefusal(lacking, e);
        }
    }

    private static KernelRefusal asRefusal(Set<JailNetwork.Part> lacking, RuntimeException failure) {
        return switch (failure) {
            case KernelRefusal refusal -> refusal;
            case LinuxFailure e ->
                damaged("it lacks "
                        + lacking.stream().map(JailNetwork.Part::toString).collect(Collectors.joining(" and "))
                        + ", which cannot be restored: " + e.detail());
            default -> damaged("its cgroup cannot be looked at: " + failure.getMessage());
        };
    }

    private static KernelRefusal damaged(String what) {
        return KernelRefusal.transientFailure(Condition.DAMAGED, what);
    }
}
