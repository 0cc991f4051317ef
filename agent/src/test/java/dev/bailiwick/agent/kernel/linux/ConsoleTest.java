package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsRoot
class ConsoleTest {

    private static final IdRange RANGE = new IdRange(1_500_053_504L);

    @TempDir
    private Path directory;

    @Test
    void readsWhatWasWrittenWhileNoAgentRan() throws Exception {
        Path pipe = directory.resolve("console");
        Path log = directory.resolve("jail.log");
        Console.create(pipe, RANGE);
        try (Console.Buffer buffer = new Console.Buffer();
                Descriptor jailEnd = Console.openForJail(pipe)) {
            write(jailEnd, "early\n".getBytes(StandardCharsets.UTF_8));
            try (Console console = new Console(pipe, log, buffer)) {
                console.drain();
            }
            write(jailEnd, "between agents\n".getBytes(StandardCharsets.UTF_8));
            try (Console console = new Console(pipe, log, buffer)) {
                console.drain();
            }
        }
        assertThat(log).hasContent("early\nbetween agents\n");
    }

    @Test
    void keepsTheLogOfATalkativeJailBounded() throws Exception {
        Path pipe = directory.resolve("console");
        Path log = directory.resolve("jail.log");
        Console.create(pipe, RANGE);
        byte[] much = new byte[60_000];
        try (Console.Buffer buffer = new Console.Buffer();
                Descriptor jailEnd = Console.openForJail(pipe);
                Console console = new Console(pipe, log, buffer)) {
            for (long written = 0; written < 4 * Console.MOST_LOG_BYTES; written += much.length) {
                write(jailEnd, much);
                console.drain();
            }
        }
        assertThat(Files.size(log)).isLessThanOrEqualTo(Console.MOST_LOG_BYTES);
        assertThat(directory.toFile().list())
                .containsExactlyInAnyOrder("console", "jail.log", "jail.log.1", "jail.log.2");
    }

    private static void write(Descriptor end, byte[] content) {
        try (Arena arena = new Arena()) {
            long written = Linux.call(
                    SystemCall.WRITE, "console", end.number(), Arena.address(arena.copy(content)), content.length);
            assertThat(written).isEqualTo(content.length);
        }
    }
}
