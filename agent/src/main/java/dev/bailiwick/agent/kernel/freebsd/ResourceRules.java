package dev.bailiwick.agent.kernel.freebsd;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.bailiwick.jail.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * Limits as rules of rctl(8), which the kernel keeps by the name of the jail until they are removed, also past the jail's end: so
 * they are removed before a jail of that name is made as well.
 */
final class ResourceRules {

    /** What of {@code pcpu} is a thousandth of a CPU: the resource counts percents of one. */
    private static final int MILLIS_IN_A_PERCENT = 10;

    private final LibC libC;

    ResourceRules(LibC libC) {
        this.libC = libC;
    }

    /** The rules that hold the jail of this name to {@code limits}; a share of a CPU is rounded down to a whole percent. */
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

    /** Removes every rule about the jail of this name; does nothing where there is none, which the kernel calls ESRCH. */
    void removeAll(String jail) {
        String filter = "jail:" + jail + ":";
        try (Memory text = text(filter)) {
            if (libC.rctl_remove_rule(text, text.size(), Pointer.NULL, 0) < 0) {
                int errno = Native.getLastError();
                // A kernel without racct has no rules either, and says ENOSYS: rctl(2).
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
