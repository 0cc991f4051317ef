package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bailiwick.agent.kernel.linux.LimitsTrial.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The limits, if the kernel has the controllers; {@code e2e/limits --guest} tests a kernel without them. */
@NeedsRoot
class LimitsTest {

    private LimitsTrial trial;
    private Path program;

    @BeforeEach
    void open() throws Exception {
        program = Files.createTempFile(Path.of("/tmp"), "bailiwick-attacks-", "");
        trial = new LimitsTrial(program);
        assumeTrue(
                trial.isPossible(),
                "cgroup v2 lacks a controller of memory, cpu or pids here; e2e/limits --guest runs it in a guest that has them");
        TestProgram.compile("attacks", program);
    }

    @AfterEach
    void close() throws IOException {
        trial.close();
        Files.delete(program);
    }

    @ParameterizedTest(name = "{0}")
    @FieldSource("dev.bailiwick.agent.kernel.linux.LimitsTrial#WAYS_TO_FILL_MEMORY")
    void aJailThatFillsItsMemoryIsKilledFromWithin(String way) throws Exception {
        assertHeld(trial.fillMemory(way));
    }

    @Test
    void aJailGetsNoMoreOfTheProcessorsThanItsLimit() throws Exception {
        assertHeld(trial.spin());
    }

    @Test
    void aJailWithoutALimitLeavesTheOthersTheirShare() throws Exception {
        assertHeld(trial.share());
    }

    @Test
    void aForkBombEndsAtTheLimit() throws Exception {
        assertHeld(trial.forkBomb());
    }

    @Test
    void saysThatALimitEndedAJail() throws Exception {
        assertHeld(trial.causes());
    }

    @Test
    void swapSharesProcessorsAndDiskAreLimitedAndChangeWhileAJailRuns() throws Exception {
        assertThat(ResourcesTrial.run()).isEmpty();
    }

    @Test
    void whatEntersAJailWithoutMemoryIsKilledAlone() throws Exception {
        assertThat(EntryTrial.run()).isEmpty();
    }

    private static void assertHeld(Finding finding) {
        System.out.print(finding);
        assertThat(finding.broken()).as(finding.attack()).isEmpty();
    }
}
