package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The training run, which {@code ./run} begins in the background and does not wait for. */
class TrainingTest {

    /** Three rounds need more addresses than the pool of the training run has at a time. */
    private static final int JAILS = 100;

    @Test
    void writesACacheForTheNextStart(@TempDir Path directory) throws Exception {
        Path jar = Installation.server();
        Path cache = directory.resolve("server.aot");

        RunScript.ended(
                        List.of(
                                Installation.run()
                                        .resolveSibling("scripts/train.sh")
                                        .toString(),
                                String.valueOf(jar.getParent()),
                                String.valueOf(jar.getFileName()),
                                cache.toString(),
                                Integer.toString(JAILS)),
                        Map.of("JAVA_HOME", System.getProperty("java.home"), "JAVA_TOOL_OPTIONS", ""))
                .well();

        assertThat(Files.size(cache)).as("bytes").isGreaterThan(10 << 20);
        try (var left = Files.list(directory)) {
            assertThat(left).containsExactly(cache);
        }
    }
}
