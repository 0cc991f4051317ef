package dev.bailiwick.agent.kernel.linux.escape;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The known ways out of jails, from {@code known-ways.txt}; for each there is an attempt, a test or an excuse. */
record KnownWays(List<Way> ways) {

    /** How a way is covered. */
    sealed interface Account {

        /** Attempts of {@code src/test/c/escapes} cover it. */
        record Attempts() implements Account {}

        /** A test of this name covers it. */
        record Test(String name) implements Account {}

        /** It does not apply. */
        record Excused(String reason) implements Account {}
    }

    /** @param id for example {@code B12} */
    record Way(String id, String text, Account account) {}

    private static final String EXCUSE = "because ";

    KnownWays {
        ways = List.copyOf(ways);
    }

    static KnownWays read() throws IOException {
        try (InputStream lines = KnownWays.class.getResourceAsStream("known-ways.txt")) {
            String text = new String(Objects.requireNonNull(lines).readAllBytes(), StandardCharsets.UTF_8);
            return new KnownWays(text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(KnownWays::way)
                    .toList());
        }
    }

    private static Way way(String line) {
        List<String> fields =
                Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
        return switch (fields.size()) {
            case 2 -> new Way(fields.get(0), fields.get(1), new Account.Attempts());
            case 3 -> new Way(fields.get(0), fields.get(1), account(fields.get(2)));
            default -> throw new AssertionError("not a known way: " + line);
        };
    }

    private static Account account(String field) {
        return field.startsWith(EXCUSE)
                ? new Account.Excused(field.substring(EXCUSE.length()))
                : new Account.Test(field);
    }
}
