package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.reconcile.plan.EndedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndedRunFilesTest {

    private static final Instant AT = Instant.parse("2026-11-29T12:00:00.123Z");

    @TempDir
    private Path directory;

    @Test
    void hasTheSameRunsUnderTheNextAgent() throws IOException {
        List<Optional<Ending>> endings = List.of(
                Optional.of(new Ending.Exited(0)),
                Optional.of(new Ending.Killed(9)),
                Optional.of(new Ending.Rebooted()),
                Optional.empty());
        EndedRunFiles first = new EndedRunFiles(directory);
        for (int n = 0; n < endings.size(); n++) {
            first.put(id(n), run(endings.get(n)));
            first.put(id(n), run(endings.get(n)));
        }
        first.remove(id(3));
        first.remove(id(9));

        EndedRunFiles next = new EndedRunFiles(directory);

        for (int n = 0; n < 3; n++) {
            assertThat(next.find(id(n))).contains(run(endings.get(n)));
        }
        assertThat(next.find(id(3))).isEmpty();
        assertThat(EndedRunFiles.parse(EndedRunFiles.text(run(Optional.empty()))))
                .contains(run(Optional.empty()));
    }

    /** A later version wrote it, or the disk has lost its content. */
    @Test
    void takesWhatItCannotReadForNothing() throws IOException {
        Path runs = Files.createDirectories(directory.resolve("ended-runs"));
        Files.writeString(runs.resolve(id(1).toString()), "2 1 abc exited:0 1 1 1\n");
        Files.writeString(runs.resolve(id(2).toString()), "");
        Files.writeString(runs.resolve(id(3).toString()), "1 x abc exited:0 1 1 1\n");
        Files.writeString(runs.resolve("." + id(4) + ".new"), "1 1");
        Files.createDirectories(runs.resolve(id(5).toString()).resolve("copy"));
        Files.createSymbolicLink(runs.resolve(id(6).toString()), Path.of("nowhere"));

        EndedRunFiles found = new EndedRunFiles(directory);

        for (int n = 1; n <= 4; n++) {
            assertThat(found.find(id(n))).isEmpty();
        }
    }

    private static EndedRun run(Optional<Ending> ending) {
        return new EndedRun(7, "abc0", ending, Duration.ofMillis(1500), AT, 2);
    }
}
