package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.agent.kernel.KernelRefusal;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Starts {@link AttachProgram} and waits until it has become the jail's init. */
final class Attachment {

    /** Passed to the program, so that it finds JNA's native part in the same place as the agent. */
    private static final List<String> NATIVE_PROPERTIES =
            List.of("jna.boot.library.path", "jna.nosys", "jna.nounpack", "jna.tmpdir");

    /** The maximum time for the program to become the init, equal to that of a start on Linux. */
    private static final int PATIENCE_SECONDS = 30;

    private final String library;

    /** @param library see {@link LibC#of} */
    Attachment(String library) {
        this.library = library;
    }

    /**
     * Starts the init as a child of this process; returns once it executes.
     *
     * @throws KernelRefusal if a call failed; names the call. No process is left then.
     */
    Process run(AttachRequest request) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command()).redirectErrorStream(true);
            // The definition's environment must not reach a program that runs outside the jail.
            builder.environment().clear();
            Process process = builder.start();
            CompletableFuture<Void> tooLate = CompletableFuture.runAsync(
                    process::destroyForcibly, CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS));
            try (DataOutputStream order = new DataOutputStream(process.getOutputStream())) {
                request.write(order);
            }
            String report = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            tooLate.cancel(false);
            failure(report).ifPresent(failure -> {
                process.destroyForcibly();
                throw failure;
            });
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // The JVM must not raise its limit on descriptors, because the init inherits it.
                "-XX:-MaxFDLimit",
                "--enable-native-access=ALL-UNNAMED"));
        for (String property : NATIVE_PROPERTIES) {
            String value = System.getProperty(property);
            if (value != null) {
                command.add("-D" + property + "=" + value);
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), AttachProgram.class.getName(), library));
        return command;
    }

    private static Optional<RuntimeException> failure(String report) {
        List<String> lines = report.lines().toList();
        Optional<String> failed = lines.stream()
                .filter(line -> line.startsWith(AttachProgram.FAILED))
                .findFirst();
        if (failed.isPresent()) {
            String[] words = failed.get().split(" ", 3);
            String detail = words[2];
            return Optional.of(
                    Errno.mayPass(Integer.parseInt(words[1]))
                            ? KernelRefusal.transientFailure("StartFailed", detail)
                            : KernelRefusal.permanent("StartFailed", detail));
        }
        if (lines.contains(AttachProgram.EXECUTES)) {
            return Optional.empty();
        }
        return Optional.of(KernelRefusal.transientFailure(
                "StartFailed", "the program that enters the jail ended early: " + report.strip()));
    }
}
