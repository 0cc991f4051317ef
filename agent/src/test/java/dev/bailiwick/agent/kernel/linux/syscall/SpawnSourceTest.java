package dev.bailiwick.agent.kernel.linux.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The C code compiles for every architecture of agents, whatever the build machine's. */
class SpawnSourceTest {

    @ParameterizedTest
    @ValueSource(strings = {"x86_64-linux-gnu-gcc", "aarch64-linux-gnu-gcc"})
    void compilesWithoutAWarning(String compiler, @TempDir Path directory) throws IOException, InterruptedException {
        assumeTrue(isInstalled(compiler), "needs " + compiler + " (apt-get install gcc-aarch64-linux-gnu on x86-64)");
        ProcessBuilder build =
                new ProcessBuilder("src/main/c/build.sh", directory.toString()).redirectErrorStream(true);
        build.environment().put("CC", compiler);
        Process process = build.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(directory.resolve("libbailiwick-spawn.so")).isNotEmptyFile();
        assertThat(directory.resolve("bailiwick-init")).isNotEmptyFile();
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
