package dev.bailiwick.jail.syscall;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The names of system calls' arguments and of their values, from the manual pages and the kernel's headers. */
final class ArgumentNames {

    private static final class Loaded {
        static final ArgumentNames NAMES = new ArgumentNames(SyscallTable.read("argument-names.csv"));
    }

    private final Map<Argument, String> arguments = new LinkedHashMap<>();
    private final Map<Value, String> values = new LinkedHashMap<>();
    private final Map<Value, String> flags = new LinkedHashMap<>();
    private final Map<Value, String> fields = new LinkedHashMap<>();

    private record Argument(String call, int number) {}

    private record Value(String call, int number, long value) {}

    ArgumentNames(String csv) {
        for (Map<String, String> row : Csv.rows(csv)) {
            String call = Syscall.cell(row, "call");
            int number = Integer.parseInt(Syscall.cell(row, "argument"));
            String name = Syscall.cell(row, "name");
            switch (Syscall.cell(row, "kind")) {
                case "argument" -> arguments.put(new Argument(call, number), name);
                case "value" -> values.put(value(call, number, row), name);
                case "flag" -> flags.put(value(call, number, row), name);
                case "field" -> fields.put(value(call, number, row), name);
                default -> throw new MalformedTable("has the unknown kind '" + row.get("kind") + "'");
            }
        }
    }

    /** Returns the names that are part of the program. */
    static ArgumentNames linux() {
        return Loaded.NAMES;
    }

    private static Value value(String call, int number, Map<String, String> row) {
        return new Value(call, number, Long.decode(Syscall.cell(row, "value")));
    }

    /** Returns the name of the argument itself, for example {@code flags}. */
    Optional<String> argument(String call, int number) {
        return Optional.ofNullable(arguments.get(new Argument(call, number)));
    }

    /** Returns the name of a value of the argument, or of one of its fields. */
    Optional<String> value(String call, int number, long value) {
        return Optional.ofNullable(values.get(new Value(call, number, value)));
    }

    /** Returns the name of a single bit of the argument. */
    Optional<String> flag(String call, int number, long bit) {
        return Optional.ofNullable(flags.get(new Value(call, number, bit)));
    }

    /** Returns the name of the field with the bits of {@code mask}, for example {@code file type}. */
    Optional<String> field(String call, int number, long mask) {
        return Optional.ofNullable(fields.get(new Value(call, number, mask)));
    }
}
