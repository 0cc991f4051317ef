package dev.bailiwick.agent.kernel.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A program of {@code src/test/c}. It needs no library, so it runs in every jail. */
public final class TestProgram {

    private TestProgram() {}

    /** Compiles the directory of this name; everybody may execute the result. */
    public static void compile(String name, Path to) throws IOException, InterruptedException {
        Path sources = Path.of("src/test/c", name).toAbsolutePath();
        Process compiler = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "exec cc -static -std=gnu11 -O1 -Wall -Wextra -Werror -o " + to + " " + sources + "/*.c")
                .inheritIO()
                .start();
        if (compiler.waitFor() != 0) {
            throw new AssertionError("cc ended with " + compiler.exitValue());
        }
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Returns a large file below {@code /usr}. Every jail of the thin base has it too, and hardly any program reads it. */
    public static Path sharedFile() throws IOException, InterruptedException {
        Process compiler = new ProcessBuilder("cc", "-print-file-name=libc.a").start();
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        compiler.waitFor();
        return Path.of(said).toRealPath();
    }
}
