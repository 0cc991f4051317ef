package dev.bailiwick.e2e;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/** The reservation of one of several equal resources of the machine, until it is closed or this process ends. */
final class Reservation implements AutoCloseable {

    /**
     * The files that this process has locked. It must not open them again: when a process closes any descriptor of a file, the
     * kernel releases all its locks on that file (fcntl_locking(2)).
     */
    private static final Set<Path> OWN = new HashSet<>();

    private final int number;
    private final Path file;
    private final FileLock lock;

    private Reservation(int number, Path file, FileLock lock) {
        this.number = number;
        this.file = file;
        this.lock = lock;
    }

    /** Reserves the first free resource with a number from 0 to {@code count - 1}. */
    static Reservation of(String kind, int count) throws IOException {
        Path locks = locks();
        Files.createDirectories(locks);
        synchronized (OWN) {
            for (int number = 0; number < count; number++) {
                Path file = locks.resolve(kind + "-" + number);
                if (OWN.contains(file)) {
                    continue;
                }
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    OWN.add(file);
                    return new Reservation(number, file, lock);
                }
                channel.close();
            }
        }
        throw new IllegalStateException("All " + count + " of " + locks.resolve(kind) + " are taken");
    }

    /** Returns the directory of the locks. Runs of root share one; other users cannot write there, and each has their own. */
    private static Path locks() {
        String user = System.getProperty("user.name");
        return user.equals("root")
                ? Path.of("/run/bailiwick-e2e")
                : Path.of(System.getProperty("java.io.tmpdir"), "bailiwick-e2e-" + user);
    }

    int number() {
        return number;
    }

    Path file() {
        return file;
    }

    @Override
    public void close() throws IOException {
        synchronized (OWN) {
            OWN.remove(file);
            lock.acquiredBy().close();
        }
    }
}
