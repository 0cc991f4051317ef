package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the tests that need a kernel with only cgroup v2 in a guest, with or without virtualisation. */
@ExtendWith(AsRoot.class)
class GuestTest {

    private static final String SKIPPED = "Skipped: ";

    @ParameterizedTest
    @ValueSource(strings = {"systemd", "limits", "starts"})
    void holdsInAGuestOfItsOwn(String script, @TempDir Path directory) throws IOException, InterruptedException {
        holds(directory, script, "--guest");
    }

    /** Runs with the cgroups of this machine, and with only cgroup v2. */
    @ParameterizedTest
    @ValueSource(strings = {"", "--v2"})
    void doesWhatTheHeaderOfDockerComposeSays(String option, @TempDir Path directory)
            throws IOException, InterruptedException {
        holds(directory, "containers", option);
    }

    private static void holds(Path directory, String script, String option) throws IOException, InterruptedException {
        assumeTrue(
                Boolean.getBoolean("bailiwick.guests"),
                "guests take about half an hour: run ./test --guests to include them");
        Path output = directory.resolve("output");
        Process guest = new ProcessBuilder(Installation.script(script).toString(), option)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = guest.waitFor(30, TimeUnit.MINUTES);
        guest.descendants().forEach(ProcessHandle::destroyForcibly);
        guest.destroyForcibly();
        String said = Files.readString(output);
        System.out.println(said);
        said.lines().filter(line -> line.startsWith(SKIPPED)).findFirst().ifPresent(line -> abort(line));
        assertThat(ended).as(said).isTrue();
        assertThat(guest.exitValue()).as(said).isZero();
    }
}
