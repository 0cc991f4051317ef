package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.validation.InvalidValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All system calls of today's Linux with the decisions about them, and the 2002 proposal's table, read once from the CSV files. */
public final class SyscallTable {

    private static final class Loaded {
        static final SyscallTable TABLE = new SyscallTable(
                read("linux-syscalls.csv"),
                read("seed-syscalls.csv"),
                Map.of(Profile.SYSTEM, read("system-syscalls.csv")),
                read("fallbacks.csv"));
    }

    private final Map<String, Syscall> byName = new LinkedHashMap<>();
    private final List<SeedSyscall> seed;

    /**
     * @param derived for each derived profile, the rows that amend its base
     * @param fallbacks the blocked calls that programs do without
     */
    SyscallTable(String linux, String seed, Map<Profile, String> derived, String fallbacks) {
        Map<String, Map<Profile, Amendment>> amendments = amendments(derived);
        Map<String, Map<String, String>> fallback = new TreeMap<>();
        Csv.rows(fallbacks).forEach(row -> fallback.put(Syscall.cell(row, "name"), row));
        for (Map<String, String> row : Csv.rows(linux)) {
            Map<Profile, Amendment> own = amendments.remove(row.get("name"));
            Optional<Map<String, String>> without = Optional.ofNullable(fallback.remove(row.get("name")));
            Syscall call =
                    Syscall.of(row, own == null ? Map.of() : own, without.map(known -> Syscall.cell(known, "instead")));
            without.ifPresent(known -> requireBlocked(call, known));
            if (byName.put(call.name(), call) != null) {
                throw new MalformedTable("names " + call.name() + " twice");
            }
        }
        if (!amendments.isEmpty()) {
            throw new MalformedTable("amends the unknown calls " + amendments.keySet());
        }
        if (!fallback.isEmpty()) {
            throw new MalformedTable("has fallbacks for the unknown calls " + fallback.keySet());
        }
        this.seed = Csv.rows(seed).stream().map(SeedSyscall::of).toList();
    }

    private static void requireBlocked(Syscall call, Map<String, String> fallback) {
        Decision expected = Decision.parse("deny-" + Syscall.cell(fallback, "answer"), "");
        if (!call.decision(Profile.HOSTING).equals(expected)) {
            throw new MalformedTable("has a fallback for " + call.name() + ", which hosting does not answer like this");
        }
    }

    private static Map<String, Map<Profile, Amendment>> amendments(Map<Profile, String> derived) {
        Map<String, Map<Profile, Amendment>> amendments = new TreeMap<>();
        derived.forEach((profile, text) -> {
            for (Map<String, String> row : Csv.rows(text)) {
                String name = Syscall.cell(row, "name");
                try {
                    Map<Profile, Amendment> own = amendments.computeIfAbsent(name, _ -> new EnumMap<>(Profile.class));
                    if (own.put(profile, Amendment.of(row)) != null) {
                        throw new MalformedTable("appears twice");
                    }
                } catch (MalformedTable e) {
                    throw new MalformedTable(
                            "the row of " + name + " in profile " + profile.text() + " " + e.getMessage(), e);
                }
            }
        });
        return amendments;
    }

    /** Returns the table that is part of the program. */
    public static SyscallTable linux() {
        return Loaded.TABLE;
    }

    /** Returns all rows in the order of the file: by x86-64 number. */
    public List<Syscall> all() {
        return List.copyOf(byName.values());
    }

    public Optional<Syscall> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** @throws InvalidValue if no call has this name; the message names similar ones */
    public Syscall named(String name) {
        return find(name).orElseThrow(() -> new InvalidValue(unknown(name)));
    }

    /** Returns the error message for a name that {@link #find} does not find. */
    public String unknown(String name) {
        List<String> near = NearNames.of(name, byName.keySet().stream());
        return "is not a known system call" + (near.isEmpty() ? "" : "; is " + String.join(" or ", near) + " meant?");
    }

    public Optional<Syscall> numbered(Architecture architecture, int number) {
        return byName.values().stream()
                .filter(c -> c.number(architecture).stream().anyMatch(n -> n == number))
                .findFirst();
    }

    /** Returns the 210 rows of the 2002 proposal, in its order. */
    public List<SeedSyscall> seed() {
        return seed;
    }

    static String read(String file) {
        try (InputStream stream = SyscallTable.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new MalformedTable(file + " is not on the class path");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }
}
