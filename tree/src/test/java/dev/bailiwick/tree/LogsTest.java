package dev.bailiwick.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever starts the programs bounds their logs, as docs/bounds.md says. */
class LogsTest {

    private static final Pattern SERVICE = Pattern.compile("(?m)^ {2}(?=[a-z]+:$)");

    @Test
    void ofEachContainerAreBounded() throws IOException {
        String compose = read("docker-compose.yml");
        assertThat(compose).contains("x-logging: &bounded", "max-size: 10m", "max-file: \"5\"");
        String services = compose.substring(compose.indexOf("\nservices:"), compose.indexOf("\nnetworks:"));
        List<String> all = Arrays.stream(SERVICE.split(services)).skip(1).toList();
        assertThat(all).hasSize(3).allSatisfy(service -> assertThat(service).contains("logging: *bounded"));
    }

    @Test
    void ofTheServerUnderRunAreBounded() throws IOException {
        assertThat(read("run"))
                .contains("--logging.logback.rollingpolicy.max-file-size=10MB")
                .contains("--logging.logback.rollingpolicy.total-size-cap=50MB")
                .contains("--logging.threshold.console=off")
                .contains("--log \"$agent_log\"");
    }

    /** The journal is bounded; a file that a unit appends to is not. */
    @Test
    void ofUnitsAreInTheJournal() throws IOException {
        try (Stream<Path> all = Files.walk(Tree.ROOT.resolve("deploy/systemd"))) {
            assertThat(all.filter(Files::isRegularFile))
                    .hasSizeGreaterThan(1)
                    .allSatisfy(unit -> assertThat(Files.readString(unit))
                            .doesNotContain("StandardOutput=", "StandardError=", "--log", "logging.file"));
        }
    }

    private static String read(String name) throws IOException {
        return Files.readString(Tree.ROOT.resolve(name));
    }
}
