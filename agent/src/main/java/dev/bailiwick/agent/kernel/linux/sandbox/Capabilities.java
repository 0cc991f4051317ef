package dev.bailiwick.agent.kernel.linux.sandbox;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.syscall.Profile;

/** The capabilities that a jail keeps, and the calls with which a child gives up all others: capabilities(7). */
final class Capabilities {

    /**
     * The capabilities of root in the jail, valid only within its own user namespace: to own and open any file of its ids, become any of
     * its users, signal them, bind low ports, chroot below its root, and write audit records (capabilities(7)).
     */
    private static final long KEPT = bits(
            0, // CAP_CHOWN
            1, // CAP_DAC_OVERRIDE
            3, // CAP_FOWNER
            4, // CAP_FSETID
            5, // CAP_KILL
            6, // CAP_SETGID
            7, // CAP_SETUID
            8, // CAP_SETPCAP
            10, // CAP_NET_BIND_SERVICE
            18, // CAP_SYS_CHROOT
            29); // CAP_AUDIT_WRITE

    /**
     * Additional capabilities in profile {@code system}, for an init: to mount the file systems that the kernel permits in user
     * namespaces, and to end its pid namespace with reboot(2). CAP_SYS_RESOURCE is not included: it would let the jail raise its own
     * limits in /proc/sys/user.
     */
    private static final long KEPT_BY_SYSTEM = KEPT
            | bits(
                    21, // CAP_SYS_ADMIN
                    22); // CAP_SYS_BOOT

    private static final long SYS_ADMIN = bits(21);

    private static final int LAST_CAPABILITY = Integer.parseInt(Sysctl.read("kernel/cap_last_cap"));

    private final SpawnProgram program;

    Capabilities(SpawnProgram program) {
        this.program = program;
    }

    /**
     * Drops all capabilities except those of the profile, and CAP_SYS_ADMIN until the next execve if privileges can be given: without
     * no_new_privs, only that capability permits a filter (seccomp(2)). What a program can have after it is bounded already.
     */
    void dropAllBut(Profile profile, Privileges privileges) {
        long kept = kept(profile);
        for (int capability = 0; capability <= LAST_CAPABILITY; capability++) {
            if ((kept >> capability & 1) == 0) {
                program.run(
                        "capability " + capability,
                        SystemCall.PRCTL,
                        Operand.of(Constants.PR_CAPBSET_DROP),
                        Operand.of(capability));
            }
        }
        program.run(
                "ambient capabilities",
                SystemCall.PRCTL,
                Operand.of(Constants.PR_CAP_AMBIENT),
                Operand.of(Constants.PR_CAP_AMBIENT_CLEAR_ALL),
                Operand.ZERO,
                Operand.ZERO,
                Operand.ZERO);
        set("kept capabilities", privileges == Privileges.SETUID ? kept | SYS_ADMIN : kept);
    }

    /** Lets the next setresuid(2) to another user leave the permitted capabilities; must be followed by {@link #keepOnlyForFilter}. */
    void keepOnce() {
        program.run("permitted capabilities", SystemCall.PRCTL, Operand.of(Constants.PR_SET_KEEPCAPS), Operand.of(1));
    }

    /** Leaves another user than root nothing but what permits a filter. It is gone with the next execve: no file gives it. */
    void keepOnlyForFilter() {
        set("the capability for a filter", SYS_ADMIN);
    }

    private void set(String subject, long capabilities) {
        Pointer header = program.memory().bytes(8);
        header.setInt(0, Constants.CAPABILITY_VERSION_3);
        Pointer sets = program.memory().bytes(24);
        for (int half = 0; half < 2; half++) {
            int word = (int) (capabilities >>> 32 * half);
            sets.setInt(12L * half, word); // effective
            sets.setInt(12L * half + 4, word); // permitted; inheritable stays empty
        }
        program.run(subject, SystemCall.CAPSET, Operand.of(header), Operand.of(sets));
    }

    private static long kept(Profile profile) {
        return switch (profile) {
            case STRICT2002, HOSTING -> KEPT;
            case SYSTEM -> KEPT_BY_SYSTEM;
        };
    }

    private static long bits(int... capabilities) {
        long bits = 0;
        for (int capability : capabilities) {
            bits |= 1L << capability;
        }
        return bits;
    }
}
