package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileTree;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * The layers of the thin base on the disk. Each state of the host's packages has one; running jails keep the one that they were started
 * with. A layer that no jail uses is deleted.
 *
 * <p>INVARIANT: a jail's cgroup names its layer before the layer is opened. Starts hold the lock for reading while they do both, and
 * nothing is given up meanwhile.
 */
final class BaseLayers {

    private static final String LAYER = "thin-";
    private static final String GIVEN_UP = "old-";

    private final Path directory;
    private final ReadWriteLock opening = new ReentrantReadWriteLock();

    BaseLayers(Path directory) {
        this.directory = directory;
    }

    /** Does what opens the current layer. */
    Descriptor open(Supplier<Descriptor> open) {
        opening.readLock().lock();
        try {
            return open.get();
        } finally {
            opening.readLock().unlock();
        }
    }

    /**
     * Deletes all layers but the current one and those in use.
     *
     * @param used returns the names of the layers in use; empty if they are not known, and then nothing is deleted
     */
    void deleteUnused(Path current, Supplier<Optional<Set<String>>> used) {
        if (names(LAYER).size() > 1) {
            opening.writeLock().lock();
            try {
                used.get().ifPresent(names -> giveUpAllBut(current, names));
            } finally {
                opening.writeLock().unlock();
            }
        }
        Set<String> givenUp = names(GIVEN_UP);
        if (!givenUp.isEmpty()) {
            try (Descriptor parent = Linux.openat2(
                    Constants.AT_FDCWD, directory.toString(), Constants.O_PATH | Constants.O_DIRECTORY, 0, 0)) {
                givenUp.forEach(name -> FileTree.delete(parent, name));
            }
        }
    }

    private void giveUpAllBut(Path current, Set<String> used) {
        for (String name : names(LAYER)) {
            if (!name.equals(String.valueOf(current.getFileName())) && !used.contains(name)) {
                try {
                    Files.move(
                            directory.resolve(name),
                            directory.resolve(GIVEN_UP + name),
                            StandardCopyOption.ATOMIC_MOVE);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private Set<String> names(String prefix) {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, prefix + "*")) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }
}
