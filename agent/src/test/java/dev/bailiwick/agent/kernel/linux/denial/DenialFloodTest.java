package dev.bailiwick.agent.kernel.linux.denial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.TestProgram;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.report.Denial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Jails that do nothing but make blocked calls, as many as the machine can. What that costs the agent and a neighbour is measured by
 * {@code ./bench calls}, which names each target that is missed.
 */
@NeedsRoot
class DenialFloodTest {

    private static final int SECONDS = 8;
    /** The calls in one burst of the program. */
    private static final int PROBED = 100;

    private static final int QUIET_CALLS = 200;

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private TestHost host;

    @BeforeEach
    void open() throws IOException {
        host = TestHost.countingDenials();
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    @Test
    void countsNoCallTwiceAndSaysIfItMissedSome() throws Exception {
        JailId refused = flood("refused", 100_000, 2, 175);
        long made = awaitMade(refused);

        List<Denial> denials = awaitDenials(
                "what is missing is said",
                all -> count(all, refused) >= made || all.stream().anyMatch(Denial::atLeast));
        assertThat(count(denials, refused)).isPositive().isLessThanOrEqualTo(made);
    }

    /** Two jails make as many denied calls as the machine can, and a third makes two hundred at the same time. */
    @Test
    void hidesNothingOfAQuietJail() throws Exception {
        JailId loud = flood("loud", 1_000_000, SECONDS, 175);
        JailId louder = flood("louder", 1_000_000, SECONDS, 176);
        awaitQuietJailIsHeard();
        JailId quiet = flood("quiet", QUIET_CALLS / 4, 4, 175);
        for (int ended = 0; ended < 3; ended++) {
            host.awaitEnd(PATIENCE);
        }

        List<Denial> denials =
                awaitDenials("the quiet jail is counted completely", all -> count(all, quiet) >= QUIET_CALLS);
        assertThat(count(denials, quiet)).isEqualTo(QUIET_CALLS);
        assertThat(denials.stream().filter(d -> d.jail().equals(quiet))).noneMatch(Denial::atLeast);
        assertThat(denials.stream()
                        .filter(d -> d.jail().equals(loud) || d.jail().equals(louder)))
                .isNotEmpty()
                .allMatch(Denial::atLeast);
    }

    /** Collects the denials until they are enough: the kernel reports a call later than it blocks it. */
    private List<Denial> awaitDenials(String what, Predicate<List<Denial>> enough) {
        List<Denial> all = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!enough.test(all)) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            all.addAll(host.kernel.denials());
        }
        return all;
    }

    private static long count(List<Denial> denials, JailId jail) {
        return denials.stream()
                .filter(d -> d.jail().equals(jail) && d.call().equals("init_module"))
                .mapToLong(Denial::count)
                .sum();
    }

    /** Waits until all loud jails are known; until then the kernel drops records of any jail. */
    private void awaitQuietJailIsHeard() throws Exception {
        for (int attempt = 0; attempt < 10; attempt++) {
            host.kernel.denials();
            JailId probe = flood("probe-" + attempt, PROBED, 1, 175);
            assertThat(host.awaitEnd(PATIENCE).jail()).isEqualTo(probe);
            if (isHeardWhole(probe)) {
                return;
            }
        }
        throw new AssertionError("no quiet jail is counted completely");
    }

    /** Returns whether all of the jail's denied calls are counted; the count may lag by a turn of the reader. */
    private boolean isHeardWhole(JailId probe) {
        long deadline = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        long count = 0;
        while (count < PROBED && System.nanoTime() < deadline) {
            for (Denial denial : host.kernel.denials()) {
                if (denial.jail().equals(probe)) {
                    if (denial.atLeast()) {
                        return false;
                    }
                    count += denial.count();
                }
            }
            Thread.onSpinWait();
        }
        return count == PROBED;
    }

    private JailId flood(String name, int rate, int seconds, int number) throws Exception {
        JailDefinition definition = withProgram(host.definition(
                name, "/calls", "flood", Integer.toString(rate), Integer.toString(seconds), Integer.toString(number)));
        JailId id = host.newId();
        host.start(id, definition);
        host.awaitLog(id, "begin");
        return id;
    }

    private long awaitMade(JailId id) throws IOException, InterruptedException {
        assertThat(host.awaitEnd(PATIENCE).jail()).isEqualTo(id);
        String made = host.logOf(id)
                .lines()
                .filter(line -> line.startsWith("made "))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(made.split(" ", -1)[1]);
    }

    private JailDefinition withProgram(JailDefinition definition) throws IOException, InterruptedException {
        Path root = Path.of(definition.path().value());
        Files.createDirectories(root);
        TestProgram.compile("calls", root.resolve("calls"));
        return DefinitionVariant.of(definition)
                .base(new Base.Directory())
                .command(new Command(
                        definition.command().argv(), definition.command().environment()))
                .definition();
    }
}
