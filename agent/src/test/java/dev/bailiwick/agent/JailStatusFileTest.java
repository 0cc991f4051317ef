package dev.bailiwick.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JailStatusFileTest {

    private static final JailId ID = new JailId(new UUID(1, 1));
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");

    @TempDir
    private Path runtime;

    @Test
    void showsTheLatestOfEachJailUntilItIsRemoved() throws IOException {
        try (JailStatusFile board = new JailStatusFile(runtime)) {
            board.accept(report(Phase.STARTING));
            board.accept(report(Phase.RUNNING));
            board.write();
            assertThat(JailStatusFile.read(runtime)).containsExactly(ID + "\trunning\t7\t42\t1\tinit  ended");

            board.accept(report(Phase.REMOVED));
            board.write();
            assertThat(JailStatusFile.read(runtime)).isEmpty();
        }
    }

    @Test
    void showsNothingWhereNoAgentHasRun() throws IOException {
        assertThat(JailStatusFile.read(runtime)).isEmpty();
    }

    private static Report report(Phase phase) {
        Condition condition = new Condition("InitExited", "init\t\nended", NOW);
        return new Report(ID, 7, phase, OptionalInt.of(42), 1, List.of(condition), List.of(), NOW);
    }
}
