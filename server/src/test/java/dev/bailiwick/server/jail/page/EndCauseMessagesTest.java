package dev.bailiwick.server.jail.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.report.EndCause;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class EndCauseMessagesTest {

    @Test
    void everyCauseOfAnEndHasATitleOnThePage() throws IOException {
        Properties messages = new Properties();
        try (InputStream file =
                Objects.requireNonNull(EndCauseMessagesTest.class.getResourceAsStream("/messages.properties"))) {
            messages.load(file);
        }

        assertThat(EndCause.values())
                .allSatisfy(cause -> assertThat(messages.getProperty("condition." + cause.reason()))
                        .as(cause.reason())
                        .isNotBlank());
    }

    @Test
    void theAdviceNamesTheFieldsThatHelp() {
        assertThat(EndCause.DIRECTORY_MISSING.advice()).contains("runDirectories");
        assertThat(EndCause.ENDS_AT_ONCE.advice()).contains("restartPolicy");
        assertThat(EndCause.UNEXPLAINED.advice()).contains("/logs");
    }

    @Test
    void everyCauseOfAnEndIsDocumentedWithItsWords() throws IOException {
        String documented = Files.readString(Path.of("../docs/inside-a-jail.md"));

        assertThat(Arrays.stream(EndCause.values())
                        .map(cause -> "| `" + cause.reason() + "` | " + cause.words() + " | " + cause.advice() + " |"))
                .allSatisfy(row -> assertThat(documented).contains(row));
    }
}
