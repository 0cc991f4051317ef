package dev.bailiwick.agent.kernel.freebsd;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code rows.table}: how FreeBSD enforces the row of each call of the policy's table. */
final class MechanismTable {

    private static final String FILE = "rows.table";
    private static final Pattern COLUMNS = Pattern.compile(" \\| ");

    private static final class Loaded {
        static final MechanismTable ROWS = new MechanismTable(read());
    }

    private final Map<String, Mechanism> byCall = new LinkedHashMap<>();

    private MechanismTable(String text) {
        text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> {
            String[] columns = COLUMNS.split(line, 3);
            Mechanism mechanism = Mechanism.parse(columns[0]);
            for (String call : columns[1].split(" ", -1)) {
                if (byCall.put(call, mechanism) != null) {
                    throw new IllegalStateException(FILE + " names " + call + " twice");
                }
            }
        });
    }

    static MechanismTable all() {
        return Loaded.ROWS;
    }

    /** Returns each call with the mechanism for its row, in the order of the file. */
    Map<String, Mechanism> byCall() {
        return Map.copyOf(byCall);
    }

    /** @throws IllegalStateException if the table lacks the call; a test ensures that it does not */
    Mechanism of(String call) {
        Mechanism mechanism = byCall.get(call);
        if (mechanism == null) {
            throw new IllegalStateException(FILE + " has no row for " + call);
        }
        return mechanism;
    }

    /** Returns the calls that this parameter governs together. */
    List<String> governedBy(String parameter) {
        List<String> calls = new ArrayList<>();
        byCall.forEach((call, mechanism) -> {
            if (mechanism.equals(new Mechanism.KeySpace(parameter))
                    || mechanism instanceof Mechanism.Flag(String name, String _) && name.equals(parameter)) {
                calls.add(call);
            }
        });
        return calls;
    }

    /** Returns all parameters, in the order of the file. */
    List<String> parameters() {
        return byCall.values().stream()
                .flatMap(mechanism -> switch (mechanism) {
                    case Mechanism.Flag(String parameter, String _) -> Stream.of(parameter);
                    case Mechanism.KeySpace(String parameter) -> Stream.of(parameter);
                    case Mechanism.Refused _, Mechanism.Permitted _, Mechanism.PermittedIf _, Mechanism.Absent _ ->
                        Stream.<String>empty();
                })
                .distinct()
                .toList();
    }

    private static String read() {
        try (InputStream stream = MechanismTable.class.getResourceAsStream(FILE)) {
            if (stream == null) {
                throw new IllegalStateException(FILE + " is not in the agent's jar");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
