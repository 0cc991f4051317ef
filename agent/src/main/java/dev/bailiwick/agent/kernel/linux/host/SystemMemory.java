package dev.bailiwick.agent.kernel.linux.host;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.Risk;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.syscall.Profile;
import java.util.Set;

/**
 * Root of a jail of profile {@code system} mounts ramfs, which knows no size, and tmpfs of any size. A filter sees neither the type of
 * a mount nor its options, so only the memory limit of the jail's cgroup bounds them: on a host without the memory controller nothing
 * does.
 */
public final class SystemMemory {

    private static final String CAPABILITY = "profile.system";
    private static final String REASON =
            "cgroup v2 has no memory controller here, so what a jail of profile system mounts in memory"
                    + " (ramfs, tmpfs) may take all of the host's";

    private final boolean bounded;
    private final boolean accepted;

    /** @param controllers those of cgroup v2 that hold jails to limits */
    public SystemMemory(Set<String> controllers, Set<Risk> accepted) {
        this.bounded = controllers.contains("memory");
        this.accepted = accepted.contains(Risk.UNBOUNDED_SYSTEM);
    }

    public Capability capability() {
        if (bounded) {
            return Capability.available(CAPABILITY);
        }
        return accepted
                ? Capability.missing(CAPABILITY, REASON + "; the host's operator accepts that")
                : Capability.missing(
                        CAPABILITY,
                        REASON + "; to allow that, start the agent with --accept " + Risk.UNBOUNDED_SYSTEM.text(),
                        "profile:" + Profile.SYSTEM.text());
    }

    /** @throws KernelRefusal if nothing would bound what the jail mounts, and nobody accepts that */
    public void require(JailDefinition definition) {
        KernelRefusal.refuseUnmet(capability().unmet(definition));
    }
}
