package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Debian with programs that ask more of a jail than its own tests do. {@code e2e/programs} creates it once on a machine. */
public final class DebianPrograms {

    private static final String TEMPLATE = "programs";
    private static final String SKIPPED = "Skipped: ";

    private DebianPrograms() {}

    /** Returns the userland's directory; skips the test, with the reason, if it cannot be made here. */
    public static Path root() throws IOException, InterruptedException {
        Process script = new ProcessBuilder(
                        Path.of("..", "e2e", "programs").toAbsolutePath().toString())
                .redirectErrorStream(true)
                .start();
        List<String> output = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        int status = script.waitFor();
        output.stream().filter(line -> line.startsWith(SKIPPED)).findFirst().ifPresent(line -> abort(line));
        assertThat(status).as(output.toString()).isZero();
        return Path.of(output.getLast());
    }

    /** Returns a jail of a host whose root begins as the userland, and in which a shell runs this script. */
    public static JailDefinition jail(TestHost host, String name, String script)
            throws IOException, InterruptedException {
        Path template = host.layout.stateDirectory().resolve("templates").resolve(TEMPLATE);
        if (Files.notExists(template)) {
            Files.createDirectories(template.getParent());
            Files.createSymbolicLink(template, root());
        }
        return DefinitionVariant.of(host.definition(name, "/bin/sh", "-c", script))
                .base(new Base.Template(TEMPLATE))
                .definition();
    }
}
