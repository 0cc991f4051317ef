package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.guard.NetworkGuard;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.network.JailNetwork;
import dev.bailiwick.agent.kernel.linux.network.NetworkPart;
import dev.bailiwick.agent.kernel.linux.root.MemoryFiles;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.syscall.Profile;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Inspects the parts of running jails besides their processes, and restores missing parts while the jails run. */
final class Upkeep {

    private static final String ADDRESSES_NOT_CHANGED = "AddressesNotChanged";
    private static final String LIMITS_NOT_CHANGED = "LimitsNotChanged";

    private final JailNetwork network;
    private final Cgroups cgroups;
    private final NetworkGuard guard;

    Upkeep(JailNetwork network, Cgroups cgroups, NetworkGuard guard) {
        this.network = network;
        this.cgroups = cgroups;
        this.guard = guard;
    }

    /** Returns whether the jail of this init may be damaged; also true if the jail is about to end. */
    boolean isDamaged(IdRange range, int initPid, Needs needed) {
        try {
            return !network.lacking(range, needed.addresses(), needed.limits()).isEmpty()
                    || !guard.isWhole()
                    || !cgroups.contains(range, initPid)
                    || !cgroups.unheld(range, needed.limits()).isEmpty()
                    || !needed.missingMounts(initPid).isEmpty()
                    || needed.hasReadOnlyRoot(initPid)
                    || needed.lacksPrograms(initPid);
        } catch (UncheckedIOException e) {
            // Its cgroup does not exist, so the jail may have ended.
            return true;
        }
    }

    /**
     * Restores missing parts; does nothing if the init has ended.
     *
     * @return the parts that were missing
     * @throws KernelRefusal if a part is missing and cannot be restored
     */
    List<String> mend(IdRange range, int initPid, Needs needed) {
        Set<NetworkPart> lacking = network.lacking(range, needed.addresses(), needed.limits());
        // Must come after the inspection: a jail that ends loses its parts, which is not damage.
        if (!ProcessTimes.hasNamespaces(initPid)) {
            return List.of();
        }
        List<String> mended = new ArrayList<>();
        try {
            if (!lacking.isEmpty()) {
                network.mend(range, initPid, needed.addresses(), needed.limits(), lacking);
                lacking.forEach(part -> mended.add(part.toString()));
            }
            if (!guard.isWhole()) {
                throw damage("nothing isolates it from other jails and from this host: " + guard.unavailableReason());
            }
            if (!cgroups.contains(range, initPid)) {
                throw damage("its init is outside of its cgroup, where no limit applies; restart it");
            }
            List<String> unheld = cgroups.unheld(range, needed.limits());
            if (!unheld.isEmpty()) {
                cgroups.restoreLimits(range, needed.limits());
                unheld.forEach(limit -> mended.add("the limit " + limit));
            }
            Set<String> unmounted = needed.missingMounts(initPid);
            if (!unmounted.isEmpty()) {
                throw damage("nothing is mounted at " + String.join(", ", unmounted) + " any more; restart it");
            }
            if (needed.hasReadOnlyRoot(initPid)) {
                throw damage(
                        "its root is read-only: the host's disk is, or had no space left for it when it started; free space or raise"
                                + " its quota, and restart it");
            }
            if (needed.lacksPrograms(initPid)) {
                throw KernelRefusal.transientFailure(
                        Condition.BASE_GONE,
                        "its base is missing: the programs in its /usr, which it shares with this host, have been removed; restart"
                                + " it to use the programs that this host has now");
            }
            return mended;
        } catch (KernelRefusal | LinuxFailure | UncheckedIOException e) {
            if (!ProcessTimes.hasNamespaces(initPid)) {
                return List.of();
            }
            throw asRefusal(lacking, e);
        }
    }

    /**
     * Gives a running jail the additional addresses of its definition; does nothing if the init has ended.
     *
     * @throws KernelRefusal if that is not possible
     */
    void readdress(IdRange range, int initPid, JailDefinition definition) {
        try {
            network.readdress(range, initPid, definition.addresses());
        } catch (KernelRefusal | LinuxFailure e) {
            if (ProcessTimes.hasNamespaces(initPid)) {
                throw e instanceof LinuxFailure failure
                        ? KernelRefusal.transientFailure(ADDRESSES_NOT_CHANGED, failure.inWords())
                        : e;
            }
        }
    }

    /**
     * Sets the limits that a running jail can get; does nothing if the init has ended.
     *
     * @throws KernelRefusal if that is not possible
     */
    void adjust(IdRange range, int initPid, JailDefinition definition) {
        try {
            cgroups.restoreLimits(range, definition.limits());
            network.adjust(range, definition.limits());
            if (definition.policy().profile() != Profile.SYSTEM) {
                MemoryFiles.resize(initPid, definition.limits());
            }
        } catch (LinuxFailure e) {
            if (ProcessTimes.hasNamespaces(initPid)) {
                throw KernelRefusal.transientFailure(LIMITS_NOT_CHANGED, e.inWords());
            }
        } catch (UncheckedIOException e) {
            if (ProcessTimes.hasNamespaces(initPid)) {
                throw KernelRefusal.transientFailure(LIMITS_NOT_CHANGED, String.valueOf(e.getMessage()));
            }
        }
    }

    private static KernelRefusal asRefusal(Set<NetworkPart> lacking, RuntimeException failure) {
        return switch (failure) {
            case KernelRefusal refusal -> refusal;
            case LinuxFailure e ->
                damage("it lacks "
                        + lacking.stream().map(NetworkPart::toString).collect(Collectors.joining(" and "))
                        + ", which cannot be restored: " + e.detail());
            default -> damage("its cgroup cannot be inspected: " + failure.getMessage());
        };
    }

    private static KernelRefusal damage(String what) {
        return KernelRefusal.transientFailure(Condition.DAMAGED, what);
    }
}
