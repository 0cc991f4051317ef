package dev.bailiwick.benchmarks.jail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * The C program {@code floor.c}, which does only what the kernel requires. It runs in its own mount namespace, where cgroup v2 is
 * mounted at the place that peers expect.
 */
final class Floor implements AutoCloseable {

    private final Process process;
    private final PrintStream commands;
    private final BufferedReader answers;

    Floor(Path program, Path root, Path filter, Path cgroup) throws IOException {
        process = new ProcessBuilder(
                        "unshare",
                        "-m",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        "exec 3<\"$4\"; mount -t cgroup2 none /sys/fs/cgroup && exec \"$1\" \"$2\" \"$3\" /proc/self/fd/3",
                        "sh",
                        program.toString(),
                        root.toString(),
                        filter.toString(),
                        cgroup.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        commands = new PrintStream(process.getOutputStream(), true);
        answers = process.inputReader();
    }

    /**
     * Runs one command.
     *
     * @param command a command of {@code floor.c}: {@code floor}, {@code idle}, {@code run} or {@code end}
     * @return both times; for {@code idle}, the process id in place of the first
     */
    synchronized Start ask(String command) throws IOException {
        commands.println(command);
        String answer = answers.readLine();
        if (answer == null || answer.startsWith("failed")) {
            throw new IOException(command + ": " + answer);
        }
        String[] words = answer.split(" ", -1);
        return new Start(Long.parseLong(words[0]), Long.parseLong(words[1]));
    }

    @Override
    public void close() {
        commands.close();
    }
}
