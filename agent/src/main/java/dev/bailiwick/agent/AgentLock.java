package dev.bailiwick.agent;

import dev.bailiwick.agent.kernel.HostLayout;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The lock that lets only one agent use a state directory: two agents would start the same jails. The kernel releases it when the
 * process ends, also when the process is killed.
 */
record AgentLock(FileChannel file, FileLock lock) implements AutoCloseable {

    /** Takes the lock; empty if another process holds it. */
    static Optional<AgentLock> take(Path stateDirectory) throws IOException {
        Files.createDirectories(stateDirectory);
        FileChannel file = FileChannel.open(
                stateDirectory.resolve("agent.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = file.tryLock();
        if (lock == null) {
            file.close();
            return Optional.empty();
        }
        return Optional.of(new AgentLock(file, lock));
    }

    /** @throws CommandFailed if another process holds the lock */
    static AgentLock takeFrom(HostLayout layout) throws IOException {
        return take(layout.stateDirectory())
                .orElseThrow(() ->
                        new CommandFailed("Another agent uses the state directory " + layout.stateDirectory() + "."));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
