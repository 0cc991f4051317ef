package dev.bailiwick.agent.kernel.linux.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No path makes a jail execute the agent's own program if that is the private copy of bailiwick-agent. With a Java that everybody may
 * execute, the same paths do reach the program.
 */
@NeedsRoot
class OwnProgramTest {

    private static final Path JAVA = Path.of(System.getProperty("java.home"));

    @TempDir
    private Path directory;

    private Path interpreted;

    @BeforeEach
    void compile() throws IOException, InterruptedException {
        Path source = Files.writeString(directory.resolve("own.c"), "int main(void) { return 0; }\n");
        interpreted = directory.resolve("interpreted");
        int status = new ProcessBuilder(
                        "cc", "-Wl,--dynamic-linker=/proc/self/exe", "-o", interpreted.toString(), source.toString())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(status).isZero();
    }

    @Test
    void isExecutedByNoJail() throws Exception {
        Path copy = directory.resolve("bin/java");
        Files.createDirectory(copy.getParent());
        Files.createSymbolicLink(directory.resolve("lib"), JAVA.resolve("lib"));
        Files.copy(JAVA.resolve("bin/java"), copy);
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwx------"));

        assertThat(tried(copy))
                .contains(
                        "private",
                        "/script: the program /script is not an executable file (execve: EACCES)",
                        "/linked-script: the program /linked-script is not an executable file (execve: EACCES)",
                        "/interpreted: the program /interpreted is not an executable file (execve: EACCES)",
                        "/link: openat2 /link: ELOOP");
    }

    @Test
    void wouldBeExecutedIfItWereEverybodys() throws Exception {
        assertThat(tried(JAVA.resolve("bin/java")))
                .contains(
                        "not private",
                        "/script: executed",
                        "/linked-script: executed",
                        "/interpreted: executed",
                        "/link: openat2 /link: ELOOP");
    }

    private List<String> tried(Path java) throws IOException, InterruptedException {
        Process agent = new ProcessBuilder(
                        java.toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Trial.class.getName(),
                        interpreted.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(agent.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(agent.waitFor()).as(said).isZero();
        return said.lines().toList();
    }

    /** An agent that starts a jail for each path, and prints the result. */
    static final class Trial {

        private Trial() {}

        public static void main(String[] arguments) throws IOException {
            try (TestHost host = new TestHost()) {
                boolean isPrivate = host.kernel.facts().capabilities().stream()
                        .anyMatch(capability -> capability.name().equals("program.private") && capability.available());
                System.out.println(isPrivate ? "private" : "not private");
                for (String command : List.of("/script", "/linked-script", "/interpreted", "/link")) {
                    JailId jail = host.newId();
                    try {
                        host.start(jail, definition(host, command, Path.of(arguments[0])));
                        System.out.println(command + ": executed");
                    } catch (KernelRefusal refusal) {
                        System.out.println(command + ": " + refusal.getMessage());
                    }
                    host.kernel.release(jail);
                }
            }
        }

        private static JailDefinition definition(TestHost host, String command, Path interpreted) throws IOException {
            JailDefinition plain = host.definition("own" + command.replace('/', '-'), command);
            Path files = Path.of(plain.path().value(), "root");
            Files.createDirectories(files);
            Files.createSymbolicLink(files.resolve("link"), Path.of("/proc/self/exe"));
            script(files.resolve("script"), "/proc/self/exe");
            script(files.resolve("linked-script"), "/link");
            Files.copy(interpreted, files.resolve("interpreted"), StandardCopyOption.COPY_ATTRIBUTES);
            return plain;
        }

        private static void script(Path file, String interpreter) throws IOException {
            Files.writeString(file, "#!" + interpreter + "\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
