package dev.bailiwick.server.jail.intent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Only {@code Intents} writes the desired state of jails. Modules share the tables, so no rule about packages can check
 * this.
 */
class IntentWritersTest {

    private static final Path SOURCES = Path.of("src/main/java");

    private static final Pattern WRITES_JAIL =
            Pattern.compile("\\b(INSERT\\s+INTO|UPDATE|DELETE\\s+FROM|MERGE\\s+INTO|TRUNCATE)\\s+(ONLY\\s+)?jail\\b");

    private static final Pattern HAS_WRITERS = Pattern.compile("\\b(Intent(Rows|Removals)|SuspensionRows)\\b(?!})");

    @Test
    void findsEveryKindOfWrite() {
        assertThat(Stream.of(
                        "INSERT INTO jail (id)",
                        "UPDATE jail SET",
                        "UPDATE jail j SET",
                        "DELETE FROM jail WHERE",
                        "WITH gone AS (DELETE\n    FROM jail j",
                        "MERGE INTO jail j"))
                .allMatch(sql -> WRITES_JAIL.matcher(sql).find());
        assertThat(Stream.of("UPDATE jail_status SET", "DELETE FROM jail_address", "SELECT id FROM jail"))
                .noneMatch(sql -> WRITES_JAIL.matcher(sql).find());
    }

    @Test
    void onlyTheStatementsOfIntentsWriteJails() {
        assertThat(filesWith(WRITES_JAIL)).containsExactly("IntentRemovals", "IntentRows", "SuspensionRows");
    }

    @Test
    void onlyIntentsHasThese() {
        assertThat(filesWith(HAS_WRITERS))
                .isSubsetOf(
                        "CustomerSuspensions",
                        "IntentAction",
                        "IntentActions",
                        "IntentRemovals",
                        "IntentRows",
                        "Intents",
                        "JailAdoption",
                        "JailChanges",
                        "JailCreation",
                        "JailEvents",
                        "SuspensionRows");
    }

    private static List<String> filesWith(Pattern pattern) {
        Map<String, String> sources = new TreeMap<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .forEach(file -> sources.put(file.getFileName().toString().replace(".java", ""), text(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sources.keySet().stream()
                .filter(name -> pattern.matcher(sources.get(name)).find())
                .toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
