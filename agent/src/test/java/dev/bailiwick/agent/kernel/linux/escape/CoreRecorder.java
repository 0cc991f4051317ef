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
 * The machine's core handler for as long as this is open: a program behind a pipe, as of systemd or apport, that notes the name of
 * each process whose core it is handed. The setting is the whole machine's, so runs of the tests take turns.
 */
final class CoreRecorder implements AutoCloseable {

    private static final Path PATTERN = Path.of("/proc/sys/kernel/core_pattern");
    private static final Path TURN = Path.of("/tmp/bailiwick-core-pattern.lock");
    private static final String OURS = "|/tmp/bailiwick-core-";
    private static final ReentrantLock WITHIN = new ReentrantLock();

    /** Crashes on purpose, so that hearing nothing of others says something. */
    private static final String HONEST = "core-honest";

    /** The turn of this process; holds the machine's own pattern while another is in its place. */
    private record Turn(FileChannel file, FileLock lock) implements AutoCloseable {

        static Turn take() throws IOException {
            WITHIN.lock();
            FileChannel file = FileChannel.open(
                    TURN, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            Turn turn = new Turn(file, file.lock());
            // One that was killed has left its own there.
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
        // The name first: whoever asks must not have to wait for the core.
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

    /** The machine's own handler, while no recorder is in its place. */
    static String machines() throws IOException {
        try (Turn _ = Turn.take()) {
            return Files.readString(PATTERN).strip();
        }
    }

    /** The names of the processes whose cores it was handed until now; whoever crashed before is among them. */
    Set<String> heard() throws IOException, InterruptedException {
        Path honest = directory.resolve("heard").resolve(HONEST);
        Files.deleteIfExists(honest);
        new ProcessBuilder(directory.resolve("honest").toString()).start().waitFor();
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (!Files.exists(honest)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the recorder is not even handed a core from outside of every jail");
            }
            Thread.onSpinWait();
        }
        // Its handler was executed before a crash was over, and each needs as long to say so.
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
