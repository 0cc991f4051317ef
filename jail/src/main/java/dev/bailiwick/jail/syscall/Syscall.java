package dev.bailiwick.jail.syscall;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A row of the table: one system call of today's Linux and the decisions about it.
 *
 * @param name the kernel's name, for example {@code openat2}
 * @param numbers by architecture; absent if the architecture does not have the call
 * @param since the first kernel release with it, or {@code never implemented}
 * @param letter the call's class, as in the proposal
 * @param seed the names of the proposal's rows from which this one descends; may be empty
 * @param decisions one for each profile
 * @param floor the decision of the floor: no override may allow more; empty if the floor does not have the call
 * @param kernelErrno the kernel's error in a jail if the filter allows the call; empty if the kernel would make the call
 * @param reason the reason, never empty
 * @param enforcedBy what enforces the decision
 * @param amendments the differences under each derived profile, see {@link #under}; absent if there are none
 * @param fallback what programs do after the call was blocked, if they do without it; then blocked calls are harmless
 */
public record Syscall(
        String name,
        Map<Architecture, Integer> numbers,
        String since,
        SyscallClass letter,
        String seed,
        Map<Profile, Decision> decisions,
        Optional<Decision> floor,
        Optional<Errno> kernelErrno,
        String reason,
        List<Layer> enforcedBy,
        Map<Profile, Amendment> amendments,
        Optional<String> fallback) {

    public Syscall {
        numbers = Map.copyOf(numbers);
        decisions = Map.copyOf(decisions);
        enforcedBy = List.copyOf(enforcedBy);
        amendments = Map.copyOf(amendments);
        if (reason.isBlank()) {
            throw new MalformedTable("has no reason for " + name);
        }
        if (decisions.size() != Profile.values().length) {
            throw new MalformedTable("has no decision about " + name + " in some profile");
        }
    }

    public OptionalInt number(Architecture architecture) {
        Integer number = numbers.get(architecture);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    public Decision decision(Profile profile) {
        Decision decision = decisions.get(profile);
        if (decision == null) {
            throw new IllegalStateException("the constructor admits no row without a decision");
        }
        return decision;
    }

    /** Returns this row as it applies to jails of {@code profile}: reason, layers and kernel error may differ. */
    public Syscall under(Profile profile) {
        Amendment amendment = amendments.get(profile);
        if (amendment == null) {
            return this;
        }
        return new Syscall(
                name,
                numbers,
                since,
                letter,
                seed,
                decisions,
                floor,
                amendment.kernelErrno(),
                amendment.reason(),
                amendment.enforcedBy(),
                amendments,
                fallback);
    }

    /** Returns the layers below the filter that keep the effect of an allowed call inside the jail. */
    public List<Layer> layersBelowFilter() {
        return enforcedBy.stream().filter(layer -> layer != Layer.SECCOMP).toList();
    }

    /** @param amendments the amendments of this row, by derived profile */
    static Syscall of(Map<String, String> row, Map<Profile, Amendment> amendments, Optional<String> fallback) {
        String name = cell(row, "name");
        try {
            Map<Architecture, Integer> numbers = new EnumMap<>(Architecture.class);
            number(row, "x86_64_nr").ifPresent(n -> numbers.put(Architecture.X86_64, n));
            number(row, "aarch64_nr").ifPresent(n -> numbers.put(Architecture.AARCH64, n));
            String otherwise = cell(row, "else_errno");
            Map<Profile, Decision> decisions = new EnumMap<>(Profile.class);
            for (Profile profile : Profile.values()) {
                decisions.put(profile, decision(profile, row, amendments, decisions));
            }
            Optional<Decision> floor = floor(cell(row, "floor"), otherwise);
            floor.ifPresent(least -> decisions.forEach((profile, decision) -> requireWithin(least, profile, decision)));
            return new Syscall(
                    name,
                    numbers,
                    cell(row, "since_kernel"),
                    SyscallClass.ofLetter(cell(row, "class")),
                    cell(row, "seed_ref"),
                    decisions,
                    floor,
                    errno(cell(row, "kernel_errno")),
                    cell(row, "reason"),
                    List.of(cell(row, "enforced_by").split("\\+")).stream()
                            .map(Layer::ofWord)
                            .toList(),
                    amendments,
                    fallback);
        } catch (MalformedTable e) {
            throw new MalformedTable("the row of " + name + " " + e.getMessage(), e);
        }
    }

    /** Checks that no profile allows a call that the floor blocks. A test compares floors with a condition, which takes longer. */
    private static void requireWithin(Decision floor, Profile profile, Decision decision) {
        if (floor instanceof Decision.Deny && !(decision instanceof Decision.Deny)) {
            throw new MalformedTable("allows under " + profile.text() + " what its floor blocks");
        }
    }

    private static Decision decision(
            Profile profile,
            Map<String, String> row,
            Map<Profile, Amendment> amendments,
            Map<Profile, Decision> decided) {
        Amendment amendment = amendments.get(profile);
        if (amendment != null) {
            return amendment.decision();
        }
        return profile.origin()
                .map(decided::get)
                .orElseGet(
                        () -> Decision.parse(cell(row, "default_action_" + profile.text()), cell(row, "else_errno")));
    }

    private static Optional<Decision> floor(String cell, String otherwise) {
        if (cell.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(cell.equals("deny") ? new Decision.Deny(Errno.EPERM) : Decision.parse(cell, otherwise));
    }

    static Optional<Errno> errno(String cell) {
        if (cell.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                Errno.named(cell).orElseThrow(() -> new MalformedTable("names the unknown errno '" + cell + "'")));
    }

    private static OptionalInt number(Map<String, String> row, String column) {
        String cell = cell(row, column);
        return cell.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(cell));
    }

    static String cell(Map<String, String> row, String column) {
        String cell = row.get(column);
        if (cell == null) {
            throw new MalformedTable("has no column " + column);
        }
        return cell;
    }
}
