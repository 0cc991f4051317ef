package dev.bailiwick.agent.kernel.linux.escape;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The page {@code docs/escapes.md}. {@code -Dbailiwick.escapes.write=true} writes its tables; otherwise the tests only compare them. */
final class EscapesPage {

    private static final Path PAGE = Path.of("../docs/escapes.md");

    private EscapesPage() {}

    /**
     * Compares a table with everything below a heading, or replaces it.
     *
     * @param columns how many columns, from the left, must equal those of the page
     */
    static void compareOrWrite(String heading, String table, int columns) throws IOException {
        String page = Files.readString(PAGE);
        String line = "\n## " + heading + "\n";
        int at = page.indexOf(line);
        assertThat(at).as(PAGE + " has the heading " + line).isNotNegative();
        int begin = at + line.length();
        int end = page.indexOf("\n## ", begin - 1);
        end = end < 0 ? page.length() : end;
        if (Boolean.getBoolean("bailiwick.escapes.write")) {
            Files.writeString(PAGE, page.substring(0, begin) + "\n" + table + page.substring(end));
            return;
        }
        assertThat(firstColumns(page.substring(begin, end), columns))
                .as("write it again with -Dbailiwick.escapes.write=true")
                .isEqualTo(firstColumns(table, columns));
    }

    private static String firstColumns(String table, int columns) {
        return table.lines()
                .map(line -> line.split("\\|", -1))
                .filter(cells -> cells.length > columns)
                .map(cells -> Arrays.stream(cells).skip(1).limit(columns).collect(Collectors.joining("|")))
                .collect(Collectors.joining("\n"));
    }
}
