package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.jail.Demand;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostFacts.Capability;
import java.util.ArrayList;
import java.util.List;

/** The facts and capabilities of this FreeBSD host. */
final class FreeBsdFacts {

    private FreeBsdFacts() {}

    static HostFacts of(HostLayout layout, Sysctl sysctl) {
        String release = sysctl.text("kern.osrelease").orElse("unknown");
        return new HostFacts(
                release,
                sysctl.text("hw.machine_arch").orElse("unknown"),
                "FreeBSD " + release,
                Runtime.getRuntime().availableProcessors(),
                sysctl.number("hw.physmem"),
                // The first field of a struct timeval: seconds since the epoch.
                Long.toString(sysctl.number("kern.boottime")),
                layout.rootBase().toString(),
                capabilities(sysctl));
    }

    private static List<Capability> capabilities(Sysctl sysctl) {
        List<Capability> capabilities = new ArrayList<>(new PolicyCapabilities(MechanismTable.all()).all());
        capabilities.add(
                sysctl.number("kern.racct.enable") == 1
                        ? Capability.available("racct")
                        : Capability.missing(
                                "racct",
                                "this host does not count resources: set kern.racct.enable=1 in /boot/loader.conf",
                                "limit:memory",
                                "limit:processes",
                                "limit:cpu"));
        capabilities.add(Capability.missing(
                "base.thin",
                "a FreeBSD jail cannot use this host's programs: the base 'directory' contains its own",
                "base:thin"));
        capabilities.add(Capability.missing(
                "base.template",
                "FreeBSD has no layered templates: the base 'directory' contains all files",
                "base:template"));
        capabilities.add(Capability.missing(
                "stop.signal", "on FreeBSD, the agent asks an init to end with TERM only", "stop-signal"));
        capabilities.add(Capability.available("stop.timeout"));
        capabilities.add(Capability.available("command.bytes"));
        capabilities.add(Capability.missing(
                "command.user",
                "on FreeBSD, commands run as root in the root directory of their jail",
                "user",
                "working-directory"));
        capabilities.add(Capability.missing(
                "run-directories",
                "on FreeBSD, /run is a directory of the jail's own files: create the directories there",
                "run-directories"));
        capabilities.add(Capability.missing(
                "limits.sizes",
                "on FreeBSD, /dev/shm, /tmp and /run are directories of the jail's own files",
                "limit:shm",
                "limit:tmp",
                "limit:run"));
        capabilities.add(Capability.missing(
                "limits.resources",
                "on FreeBSD, the agent limits memory, processes and CPU only",
                "limit:memoryHigh",
                "limit:swap",
                "limit:cpuWeight",
                "limit:cpus",
                "limit:ioWeight",
                "limit:ioBytes",
                "limit:ioOperations",
                "limit:files"));
        capabilities.add(Capability.missing(
                "firewall", "on FreeBSD, the agent sets no rules for connections of jails", Demand.FIREWALL));
        capabilities.add(Capability.missing(
                "limits.bandwidth",
                "on FreeBSD, the agent does not limit the network of a jail",
                "limit:bandwidthIn",
                "limit:bandwidthOut"));
        capabilities.add(Capability.missing(
                "limits.connections",
                "on FreeBSD, the agent does not track connections of jails",
                "limit:connections"));
        capabilities.add(
                Capability.missing("limits.log", "on FreeBSD, the logs of all jails have the same limit", "limit:log"));
        capabilities.add(Capability.missing(
                "sysctls", "FreeBSD has other settings of the kernel for a jail, and the agent sets none", "sysctls"));
        capabilities.add(Capability.missing(
                "names",
                "on FreeBSD, /etc/resolv.conf and /etc/hosts are files of the jail: change them there",
                "name-servers",
                "search-domains",
                "resolver-options",
                "extra-hosts"));
        capabilities.add(
                Capability.missing("init", "on FreeBSD a jail needs no init: orphans go to the host's init", "init"));
        capabilities.add(Capability.missing(
                "addresses.additional",
                "on FreeBSD, the agent gives a jail one address of each family",
                "additional-addresses"));
        capabilities.add(Capability.available("restart.policy"));
        // FreeBSD has no jails in which the setuid bit has no effect.
        capabilities.add(Capability.available("privileges"));
        capabilities.add(Capability.missing(
                "console.terminal", "on FreeBSD an init has no terminal of its own yet", "console-terminal"));
        capabilities.add(Capability.missing("denials", "FreeBSD does not report which calls it blocked in a jail"));
        return capabilities;
    }
}
