package dev.bailiwick.agent.kernel.linux.escape;

import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileTree;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Replaces the machine's core handler while it is open: a program behind a pipe, as of systemd or apport, that records the name of each
 * process whose core it receives. The setting belongs to the whole machine, so test runs take turns.
 */
final class CoreRecorder implements AutoCloseable {

    private static final Path PATTERN = Path.of("/proc/sys/kernel/core_pattern");
    private static final Path TURN = Path.of("/tmp/bailiwick-core-pattern.lock");
    private static final String OURS = "|/tmp/bailiwick-core-";
    private static final ReentrantLock WITHIN = new ReentrantLock();

    /** A program that crashes on purpose, to show that the recorder works. */
    private static final String HONEST = "core-honest";

    /** The turn of this process; its file contains the machine's own pattern meanwhile. */
    private record Turn(FileChannel file, FileLock lock) implements AutoCloseable {

        static Turn take() throws IOException {
            WITHIN.lock();
            FileChannel file = FileChannel.open(
                    TURN, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            Turn turn = new Turn(file, file.lock());
            // A killed test run has left its pattern there.
            if (Files.readString(PATTERN).startsWith(OURS)) {
                Files.writeString(PATTERN, Files.readString(TURN));
            }
            return turn;
        }

        @Override
        public void close() throws IOException {
            file.close();
            WITHIN.unlock();
        }
    }

    private final Path directory;
    private final Turn turn;
    private final String before;

    CoreRecorder() throws IOException, InterruptedException {
        directory = Files.createTempDirectory(Path.of("/tmp"), OURS.substring("|/tmp/".length()));
        Path handler = directory.resolve("r");
        Files.createDirectory(directory.resolve("heard"));
        // The handler records the name before it reads the core, so that readers need not wait for the core.
        Files.writeString(handler, "#!/bin/sh\n: > " + directory + "/heard/\"$1\"\nexec cat > /dev/null\n");
        Files.setPosixFilePermissions(handler, PosixFilePermissions.fromString("rwxr-xr-x"));
        TestHost.compile(
                "#include <stdlib.h>\n#include <sys/prctl.h>\nint main(void) { prctl(PR_SET_NAME, \"" + HONEST
                        + "\"); abort(); }\n",
                directory.resolve("honest"));
        turn = Turn.take();
        before = Files.readString(PATTERN);
        Files.writeString(TURN, before);
        Files.writeString(PATTERN, "|" + handler + " %e\n");
    }

    /** Returns the machine's own handler, which no recorder replaces meanwhile. */
    static String machines() throws IOException {
        try (Turn _ = Turn.take()) {
            return Files.readString(PATTERN).strip();
        }
    }

    /** Returns the names of the processes whose cores the handler has received, including every process that crashed before this call. */
    Set<String> heard() throws IOException, InterruptedException {
        Path honest = directory.resolve("heard").resolve(HONEST);
        Files.deleteIfExists(honest);
        new ProcessBuilder(directory.resolve("honest").toString()).start().waitFor();
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (!Files.exists(honest)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the recorder receives no core even from outside of jails");
            }
            Thread.onSpinWait();
        }
        // The kernel starts a process's handler before its crash is over, and every handler takes equally long.
        return names();
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("heard"))) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Files.writeString(PATTERN, before);
        } finally {
            turn.close();
        }
        try (Descriptor parent =
                Linux.openat2(Constants.AT_FDCWD, "/tmp", Constants.O_PATH | Constants.O_DIRECTORY, 0, 0)) {
            FileTree.delete(parent, directory.getFileName().toString());
        }
    }
}
