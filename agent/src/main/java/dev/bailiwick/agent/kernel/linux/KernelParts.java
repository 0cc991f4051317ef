package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.Risk;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.cgroup.HostClaim;
import dev.bailiwick.agent.kernel.linux.cgroup.JailMark;
import dev.bailiwick.agent.kernel.linux.console.Consoles;
import dev.bailiwick.agent.kernel.linux.denial.Denials;
import dev.bailiwick.agent.kernel.linux.denial.LoadedPolicies;
import dev.bailiwick.agent.kernel.linux.guard.NetworkGuard;
import dev.bailiwick.agent.kernel.linux.host.CoreDumps;
import dev.bailiwick.agent.kernel.linux.host.ProcessLimit;
import dev.bailiwick.agent.kernel.linux.host.SystemMemory;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.ids.IdRanges;
import dev.bailiwick.agent.kernel.linux.metric.HostReadings;
import dev.bailiwick.agent.kernel.linux.metric.Sampler;
import dev.bailiwick.agent.kernel.linux.network.JailNetwork;
import dev.bailiwick.agent.kernel.linux.network.OutgoingLimit;
import dev.bailiwick.agent.kernel.linux.oom.OomWatch;
import dev.bailiwick.agent.kernel.linux.root.JailFiles;
import dev.bailiwick.agent.kernel.linux.root.JailHomes;
import dev.bailiwick.agent.kernel.linux.root.Lxcfs;
import dev.bailiwick.agent.kernel.linux.root.MountRemovals;
import dev.bailiwick.agent.kernel.linux.sandbox.Sandboxes;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.EpollLoop;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.agent.recording.Logs;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * The parts of this kernel, from the packages below this one.
 *
 * @param ends detects the end of jails, and changes of network and guard; its callbacks must not block
 */
record KernelParts(
        HostLayout layout,
        Clock clock,
        EpollLoop ends,
        RuntimeFiles runtimeFiles,
        CoreDumps coreDumps,
        SystemMemory systemMemory,
        IdRanges idRanges,
        Cgroups cgroups,
        NetworkGuard guard,
        JailNetwork network,
        JailFiles files,
        JailHomes homes,
        MountRemovals mountRemovals,
        LoadedPolicies loadedPolicies,
        Denials denials,
        Logs logs,
        Consoles consoles,
        Sandboxes sandboxes,
        Sampler sampler,
        HostReadings readings,
        OomWatch oom,
        Lxcfs lxcfs) {

    /**
     * Opens all parts, and removes what a killed agent has left behind.
     *
     * @param redirects whether the kernel has the devices in which what jails send can wait
     */
    static KernelParts open(
            HostLayout layout,
            Clock clock,
            Set<Risk> accepted,
            Optional<Path> lxcfsDirectory,
            BooleanSupplier redirects) {
        CoreDumps coreDumps = new CoreDumps(accepted);
        // Until exec, a child shares the agent's memory. Only root can read the memory of a process that is not
        // dumpable: proc(5).
        Linux.call(SystemCall.PRCTL, "not dumpable", Constants.PR_SET_DUMPABLE, 0);
        CoreDumps.adopt();
        EpollLoop ends = new EpollLoop("jail-ends");
        RuntimeFiles runtimeFiles = new RuntimeFiles(layout);
        IdRanges idRanges = new IdRanges(layout);
        NetworkGuard guard = new NetworkGuard(layout, ends);
        Cgroups cgroups = new Cgroups(layout.cgroupName(), layout.rootBase());
        SystemMemory systemMemory = new SystemMemory(cgroups.controllers(), accepted);
        ProcessLimit.adopt(cgroups.controllers().contains("pids"));
        JailFiles files = new JailFiles(layout);
        MountRemovals mountRemovals = new MountRemovals();
        Logs logs = new Logs(layout.logDirectory(), layout.logBytes(), clock);
        JailHomes homes = new JailHomes(idRanges, files, mountRemovals, logs);
        LoadedPolicies loadedPolicies = new LoadedPolicies(runtimeFiles.jails());
        Denials denials = new Denials(clock, idRanges::jailOf, loadedPolicies).started();
        JailNetwork network = new JailNetwork(layout.cgroupName(), OutgoingLimit.found(redirects, guard::limitsRates));
        Lxcfs lxcfs = new Lxcfs(lxcfsDirectory, clock);
        lxcfs.look();
        KernelParts parts = new KernelParts(
                layout,
                clock,
                ends,
                runtimeFiles,
                coreDumps,
                systemMemory,
                idRanges,
                cgroups,
                guard,
                network,
                files,
                homes,
                mountRemovals,
                loadedPolicies,
                denials,
                logs,
                new Consoles(logs),
                new Sandboxes(idRanges, cgroups, network, lxcfs),
                new Sampler(cgroups, network, clock),
                new HostReadings(Path.of("/proc"), layout.rootBase()),
                new OomWatch(new OomJails(idRanges, cgroups), clock).started(),
                lxcfs);
        parts.removeLeftovers();
        return parts;
    }

    /** Sets what the guard limits of a jail, and what is kept of its log. */
    void limit(JailId jail, Limits limits) {
        OptionalLong rate =
                network.outgoing() == OutgoingLimit.LIMIT_RATE ? limits.of(Limit.BANDWIDTH_OUT) : OptionalLong.empty();
        guard.limit(jail, limits.of(Limit.CONNECTIONS), rate);
        if (logs.limit(jail, limits.effective(Limit.LOG).orElse(Limits.LOG_BYTES))) {
            consoles.trim(jail);
        }
    }

    HostFacts facts() {
        return LinuxFacts.of(
                layout,
                cgroups.controllers(),
                files.hasThinBase(),
                network,
                guard,
                denials.unavailableReason(),
                capabilities(),
                idRanges.damage());
    }

    private List<Capability> capabilities() {
        List<Capability> capabilities = new ArrayList<>(cgroups.capabilities());
        capabilities.add(coreDumps.capability());
        capabilities.add(systemMemory.capability());
        capabilities.add(oom.capability());
        capabilities.add(lxcfs.capability());
        return capabilities;
    }

    /** Closes what starts jails, and then what detects their end. The network rules stay if the host still has jails. */
    void closeStarters() {
        sandboxes.close();
        network.close();
        mountRemovals.close();
        if (cgroups.ranges().isEmpty()) {
            guard.remove();
        }
        ends.close();
    }

    /** Closes all others. What this agent claims of the host is another's before the records of it are closed. */
    void close(HostClaim claim) {
        guard.close();
        denials.close();
        sampler.close();
        oom.close();
        lxcfs.close();
        consoles.close();
        cgroups.removeHome();
        claim.close();
        idRanges.close();
        files.close();
    }

    /** Removes sandboxes that were created in advance, links of jails that have ended, and runtime files. */
    private void removeLeftovers() {
        Map<IdRange, JailMark> marks = new ConcurrentHashMap<>();
        // In parallel, as in observe.
        cgroups.ranges().parallelStream().forEach(range -> {
            Optional<JailMark> mark = cgroups.markOf(range);
            if (mark.isPresent()) {
                marks.put(range, mark.get());
            } else if (cgroups.isMade(range)) {
                cgroups.kill(range);
                cgroups.remove(range);
            }
        });
        marks.forEach((range, mark) -> {
            idRanges.adopt(mark.jail(), range);
            guard.adopt(mark.jail(), range);
        });
        network.disconnectAllBut(range -> marks.containsKey(range) || !idRanges.covers(range));
        runtimeFiles.removeAllBut(marks.values().stream().map(JailMark::jail).collect(Collectors.toSet()));
    }
}
