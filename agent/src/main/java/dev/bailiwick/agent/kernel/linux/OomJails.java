package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.ids.IdRanges;
import dev.bailiwick.agent.kernel.linux.oom.OomWatch;
import dev.bailiwick.jail.JailId;
import java.util.List;
import java.util.Optional;

/** Answers what {@link OomWatch} asks of the jails. */
record OomJails(IdRanges idRanges, Cgroups cgroups) implements OomWatch.Jails {

    @Override
    public Optional<JailId> of(long user) {
        return idRanges.jailOf(user);
    }

    @Override
    public List<Integer> processes(JailId jail) {
        return idRanges.find(jail).map(cgroups::processes).orElse(List.of());
    }

    @Override
    public boolean hasReachedItsLimit(JailId jail) {
        return idRanges.find(jail)
                .filter(range -> cgroups.memoryKills(range) > 0)
                .isPresent();
    }
}
