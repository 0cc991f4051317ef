package dev.bailiwick.agent.kernel.freebsd;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.bailiwick.jail.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * Limits as rules of rctl(8). The kernel keeps them by the name of the jail until they are removed, even beyond the jail's end. So they
 * are also removed before a jail of that name is created.
 */
final class ResourceRules {

    /** The resource {@code pcpu} counts percents of one CPU, and limits count thousandths. */
    private static final int MILLIS_IN_A_PERCENT = 10;

    private final LibC libC;

    ResourceRules(LibC libC) {
        this.libC = libC;
    }

    /** Returns the rules that enforce {@code limits} on the jail of this name; a share of a CPU is rounded down to a whole percent. */
    static List<String> of(String jail, Limits limits) {
        List<String> rules = new ArrayList<>();
        String subject = "jail:" + jail + ":";
        limits.memoryBytes().ifPresent(bytes -> rules.add(subject + "memoryuse:deny=" + bytes));
        limits.processes().ifPresent(count -> rules.add(subject + "maxproc:deny=" + count));
        limits.cpuMillis().ifPresent(millis -> rules.add(subject + "pcpu:deny=" + millis / MILLIS_IN_A_PERCENT));
        return rules;
    }

    void add(String rule) {
        try (Memory text = text(rule)) {
            if (libC.rctl_add_rule(text, text.size(), Pointer.NULL, 0) < 0) {
                throw new FreeBsdFailure("rctl_add_rule", rule, Native.getLastError(), "");
            }
        }
    }

    /** Removes every rule for the jail of this name; does nothing if there is none, which the kernel reports as ESRCH. */
    void removeAll(String jail) {
        String filter = "jail:" + jail + ":";
        try (Memory text = text(filter)) {
            if (libC.rctl_remove_rule(text, text.size(), Pointer.NULL, 0) < 0) {
                int errno = Native.getLastError();
                // A kernel without racct has no rules either, and returns ENOSYS: rctl(2).
                if (!Errno.ESRCH.is(errno) && !Errno.ENOSYS.is(errno)) {
                    throw new FreeBsdFailure("rctl_remove_rule", filter, errno, "");
                }
            }
        }
    }

    private static Memory text(String text) {
        byte[] bytes = Native.toByteArray(text);
        Memory memory = new Memory(bytes.length);
        memory.write(0, bytes, 0, bytes.length);
        return memory;
    }
}
