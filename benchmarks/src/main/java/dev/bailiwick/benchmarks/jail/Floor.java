package dev.bailiwick.benchmarks.jail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * The C program {@code floor.c}, which does only what the kernel demands: a process in a mount namespace of its own that sees cgroup v2
 * where peers look for it.
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
     * @param command what {@code floor.c} understands: to start with some namespaces, to run a program, to leave one running, to end it
     * @return both times, or the process id in place of the first where it is left running
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
