package dev.bailiwick.agent.kernel.linux.host;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.Risk;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.syscall.Profile;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps crashes in jails away from the host's core handler, which runs as the host's root (core(5)).
 *
 * <p>The kernel does not run a handler behind a pipe for a process whose RLIMIT_CORE is {@value #LIMIT}; it does for every other value,
 * even 0 (do_coredump in fs/coredump.c). Nor does it write a file if the limit is below the size of a page. {@code Confinement} sets the
 * limit, and the filter prevents jails from changing it. A handler behind a socket receives the core at every limit.
 */
public final class CoreDumps {

    private static final Logger log = LoggerFactory.getLogger(CoreDumps.class);

    /** The value of RLIMIT_CORE, soft and hard, in every jail. */
    public static final long LIMIT = 1;

    private static final String CAPABILITY = "core-handler";
    private static final String[] EVERY_JAIL = Arrays.stream(Profile.values())
            .map(profile -> "profile:" + profile.text())
            .toArray(String[]::new);

    private final Supplier<String> pattern;
    private final Set<Risk> accepted;
    private boolean warned;

    public CoreDumps(Set<Risk> accepted) {
        this(() -> Sysctl.read("kernel/core_pattern"), accepted);
    }

    /** @param pattern reads kernel.core_pattern */
    CoreDumps(Supplier<String> pattern, Set<Risk> accepted) {
        this.pattern = pattern;
        this.accepted = accepted;
    }

    /**
     * Ensures that children of this process can have the limit.
     *
     * @throws IllegalStateException if this process has a lower hard limit and may not raise it
     */
    public static void adopt() {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer limits = memory.bytes(16);
            Linux.call(SystemCall.PRLIMIT64, "own limits", 0, Constants.RLIMIT_CORE, 0, NativeMemory.address(limits));
            long hard = limits.getLong(8);
            if (hard < 0 || hard >= LIMIT) {
                return;
            }
            limits.setLong(8, LIMIT);
            long answer = Linux.raw(SystemCall.PRLIMIT64, 0, Constants.RLIMIT_CORE, NativeMemory.address(limits), 0);
            if (answer < 0) {
                throw new IllegalStateException("the agent's hard limit for core files is " + hard
                        + ", so the host's core handler would run for crashes in jails, and the agent may not raise the limit:"
                        + " start the agent with a limit of at least " + LIMIT + " (LimitCORE= of its unit)");
            }
        }
    }

    public Capability capability() {
        if (!isSocket()) {
            return Capability.available(CAPABILITY);
        }
        return accepted.contains(Risk.CORE_SOCKET)
                ? Capability.missing(CAPABILITY, unavailableReason() + "; the host's operator accepts this")
                : Capability.missing(CAPABILITY, unavailableReason() + ": no jail starts here", EVERY_JAIL);
    }

    /** @throws KernelRefusal if the handler would receive crashes of a jail that is started now */
    public void require() {
        if (isSocket() && !accepted.contains(Risk.CORE_SOCKET)) {
            throw KernelRefusal.transientFailure(
                    "CoreHandlerOpen",
                    unavailableReason() + "; set it to a file or a pipe, or start the agent with --accept "
                            + Risk.CORE_SOCKET.text());
        }
    }

    /** Logs a warning once when a handler appears that would receive crashes of jails. Called from time to time. */
    public synchronized void look() {
        boolean open = isSocket();
        if (open && !warned) {
            log.warn("{}", unavailableReason());
        }
        warned = open;
    }

    private boolean isSocket() {
        return pattern.get().startsWith("@");
    }

    private static String unavailableReason() {
        return "kernel.core_pattern names a socket, which receives the memory of every process that crashes, in jails too";
    }
}
