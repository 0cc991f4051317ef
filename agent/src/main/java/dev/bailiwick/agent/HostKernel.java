package dev.bailiwick.agent;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.Risk;
import dev.bailiwick.agent.kernel.freebsd.FreeBsdKernel;
import dev.bailiwick.agent.kernel.linux.LinuxKernel;
import dev.bailiwick.agent.training.LinuxTraining;
import java.time.Clock;
import java.util.Set;

/** The kernels the agent knows how to ask. */
enum HostKernel {
    LINUX,
    FREEBSD;

    /** The one this process runs on. */
    static HostKernel here() {
        return named(System.getProperty("os.name", ""));
    }

    /**
     * @param name what Java calls the operating system
     * @throws CommandFailed if there is no kernel for it
     */
    static HostKernel named(String name) {
        return switch (name) {
            case "Linux" -> LINUX;
            case "FreeBSD" -> FREEBSD;
            default -> throw new CommandFailed("Jails are made on Linux and on FreeBSD; this is " + name + ".");
        };
    }

    /**
     * @param accepted what its operator lets jails run in spite of
     * @throws CommandFailed if this host lacks what every jail needs
     */
    JailKernel open(HostLayout layout, Clock clock, Set<Risk> accepted) {
        try {
            return switch (this) {
                case LINUX -> new LinuxKernel(layout, clock, accepted);
                case FREEBSD -> new FreeBsdKernel(layout, clock);
            };
        } catch (IllegalStateException e) {
            throw new CommandFailed("This host cannot hold jails: " + e.getMessage());
        }
    }

    /** What of a start can be done in a training run, without a change to the host. */
    void train(HostLayout layout) {
        switch (this) {
            case LINUX -> LinuxTraining.train(layout);
            case FREEBSD -> {}
        }
    }
}
