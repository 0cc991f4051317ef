package dev.bailiwick.jail.syscall;

import java.util.List;
import java.util.Map;

/**
 * A row of the 2002 proposal, as it was written, with its mistakes. It is data and decides nothing.
 *
 * @param sequence 1 to 210, in the proposal's order
 * @param name the name in the proposal, for example {@code sys_fork}
 * @param letter the class in the proposal; {@code NOT_SURE} or {@code UNCLASSIFIED} if the proposal left it open
 * @param note the proposal's remark in other words; may be empty
 * @param fate what happened to the call: {@code exists}, {@code renamed}, {@code i386-only} or {@code removed-in-...}
 * @param i386Number the call's number in Linux 2.4.18, which i386 keeps
 * @param today the calls of {@link SyscallTable} that do its work now; empty if none does
 */
public record SeedSyscall(
        int sequence, String name, String letter, String note, String fate, int i386Number, List<String> today) {

    public SeedSyscall {
        today = List.copyOf(today);
    }

    static SeedSyscall of(Map<String, String> row) {
        String today = row.getOrDefault("modern_name_x86_64", "");
        return new SeedSyscall(
                Integer.parseInt(row.getOrDefault("seq", "")),
                row.getOrDefault("name_in_seed", ""),
                row.getOrDefault("seed_class", ""),
                row.getOrDefault("seed_note", ""),
                row.getOrDefault("fate", ""),
                Integer.parseInt(row.getOrDefault("i386_nr_2_4_18", "")),
                today.isEmpty() ? List.of() : List.of(today.split(";")));
    }
}
