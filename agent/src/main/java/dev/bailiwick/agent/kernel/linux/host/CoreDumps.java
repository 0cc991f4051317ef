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
 * Keeps what crashes in a jail from the host's core handler, which runs as the host's root (core(5)).
 *
 * <p>A program behind a pipe is not run for a process whose RLIMIT_CORE is {@value #LIMIT}, and at any other value it is, 0 included
 * (do_coredump in fs/coredump.c); nor is a file written below the size of a page. {@code Confinement} sets the limit, and the filter
 * lets nobody change it. A socket is handed the core at every limit.
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
     * Sees to it that a child of this process can have the limit.
     *
     * @throws IllegalStateException if this process has a lower hard limit, and may not raise it
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
                throw new IllegalStateException("the agent's hard limit of core files is " + hard
                        + ", at which the host's core handler is run for a jail that crashes, and it may not be raised:"
                        + " start the agent with a limit of at least " + LIMIT + " (LimitCORE= of its unit)");
            }
        }
    }

    public Capability capability() {
        if (!isSocket()) {
            return Capability.available(CAPABILITY);
        }
        return accepted.contains(Risk.CORE_SOCKET)
                ? Capability.missing(CAPABILITY, unavailableReason() + "; the host's operator accepts that")
                : Capability.missing(CAPABILITY, unavailableReason() + ": jails are not started", EVERY_JAIL);
    }

    /** @throws KernelRefusal if a jail that is started now would not be kept from the handler */
    public void require() {
        if (isSocket() && !accepted.contains(Risk.CORE_SOCKET)) {
            throw KernelRefusal.transientFailure(
                    "CoreHandlerOpen",
                    unavailableReason() + "; set it to a file or a pipe, or have the agent accept "
                            + Risk.CORE_SOCKET.text());
        }
    }

    /** Warns once where a handler has come that jails are not kept from; to be called now and then. */
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
        return "kernel.core_pattern names a socket, which is handed the memory of every process that crashes, in jails too";
    }
}
