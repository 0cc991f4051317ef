package dev.bailiwick.agent;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.Risk;
import dev.bailiwick.agent.kernel.freebsd.FreeBsdKernel;
import dev.bailiwick.agent.kernel.linux.LinuxKernel;
import dev.bailiwick.agent.kernel.linux.network.OutgoingLimit;
import dev.bailiwick.agent.training.LinuxTraining;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/** The operating systems that the agent supports. */
enum HostKernel {
    LINUX,
    FREEBSD;

    /** Returns the operating system of this process. */
    static HostKernel here() {
        return named(System.getProperty("os.name", ""));
    }

    /**
     * @param name the operating system, as in Java's property {@code os.name}
     * @throws CommandFailed if the agent does not support it
     */
    static HostKernel named(String name) {
        return switch (name) {
            case "Linux" -> LINUX;
            case "FreeBSD" -> FREEBSD;
            default -> throw new CommandFailed("The agent supports Linux and FreeBSD; this is " + name + ".");
        };
    }

    /**
     * @param accepted the risks that the operator has accepted: jails run although the host cannot prevent these
     * @param lxcfs where the host's lxcfs is mounted, if it has one
     * @throws CommandFailed if this host lacks something that every jail needs
     */
    JailKernel open(HostLayout layout, Clock clock, Set<Risk> accepted, Path lxcfs) {
        try {
            return switch (this) {
                case LINUX -> new LinuxKernel(layout, clock, accepted, Optional.of(lxcfs), OutgoingLimit::canRedirect);
                case FREEBSD -> new FreeBsdKernel(layout, clock);
            };
        } catch (IllegalStateException e) {
            throw new CommandFailed("Jails cannot run on this host: " + e.getMessage());
        }
    }

    /** Opens the kernel with the defaults, for a command that starts no jail. */
    JailKernel open(HostLayout layout) {
        return open(layout, Clock.systemUTC(), Set.of(), Path.of(ConfigKey.LXCFS.fallback()));
    }

    /** Does the part of a start that changes nothing on the host, for a training run. */
    void train(HostLayout layout) {
        switch (this) {
            case LINUX -> LinuxTraining.train(layout);
            case FREEBSD -> {}
        }
    }
}
