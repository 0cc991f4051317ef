package dev.bailiwick.agent.kernel.linux.host;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.Risk;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.syscall.Profile;
import java.util.Set;

/**
 * The rule for memory that root of a jail of profile {@code system} uses by mounting ramfs, which has no size, or tmpfs of any size. A
 * filter sees neither the type nor the options of a mount, so only the memory limit of the jail's cgroup can bound them. On a host
 * without the memory controller nothing does.
 */
public final class SystemMemory {

    private static final String CAPABILITY = "profile.system";
    private static final String REASON =
            "the host's cgroup v2 has no memory controller, so file systems in memory that a jail of profile system mounts"
                    + " (ramfs, tmpfs) may use all of the host's memory";

    private final boolean bounded;
    private final boolean accepted;

    /** @param controllers the controllers of cgroup v2 that enforce limits of jails */
    public SystemMemory(Set<String> controllers, Set<Risk> accepted) {
        this.bounded = controllers.contains("memory");
        this.accepted = accepted.contains(Risk.UNBOUNDED_SYSTEM);
    }

    public Capability capability() {
        if (bounded) {
            return Capability.available(CAPABILITY);
        }
        return accepted
                ? Capability.missing(CAPABILITY, REASON + "; the host's operator accepts this")
                : Capability.missing(
                        CAPABILITY,
                        REASON + "; to permit this, start the agent with --accept " + Risk.UNBOUNDED_SYSTEM.text(),
                        "profile:" + Profile.SYSTEM.text());
    }

    /** @throws KernelRefusal if nothing bounds the jail's mounts and the operator has not accepted that */
    public void require(JailDefinition definition) {
        if (definition.policy().profile() == Profile.SYSTEM) {
            KernelRefusal.refuseUnmet(capability().unmet(definition));
        }
    }
}
