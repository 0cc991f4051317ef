package dev.bailiwick.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {

    private static final String LONG = "x".repeat(1 << 20);

    @TempDir
    private Path directory;

    @Test
    void keepsSeveralOldLogsAndNoMore() throws Exception {
        Path log = directory.resolve("logs/agent.log");
        int pieces = (int) (LogFile.MAX_BYTES / LONG.length());
        try (LogFile file = new LogFile(log)) {
            for (int n = 0; n < pieces * (LogFile.KEPT + 3); n++) {
                file.publish(new LogRecord(Level.INFO, n + " " + LONG));
            }
        }
        try (Stream<Path> all = Files.list(log.getParent())) {
            assertThat(all.map(Path::getFileName).map(Path::toString))
                    .containsExactlyInAnyOrder(
                            "agent.log", "agent.log.1", "agent.log.2", "agent.log.3", "agent.log.4", "agent.log.5");
        }
        try (Stream<Path> all = Files.list(log.getParent())) {
            assertThat(all.mapToLong(LogFileTest::size))
                    .allMatch(size -> size < LogFile.MAX_BYTES + 2L * LONG.length());
        }
        assertThat(Files.getLastModifiedTime(log))
                .isGreaterThanOrEqualTo(Files.getLastModifiedTime(log.resolveSibling("agent.log.5")));
    }

    @Test
    void goesOnWhereTheAgentBeforeEnded() throws Exception {
        Path log = directory.resolve("agent.log");
        for (String word : new String[] {"first", "second"}) {
            try (LogFile file = new LogFile(log)) {
                file.publish(new LogRecord(Level.INFO, word));
            }
        }
        assertThat(Files.readString(log)).contains("first", "second");
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
