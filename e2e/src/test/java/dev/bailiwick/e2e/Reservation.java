package dev.bailiwick.e2e;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The reservation of one of several equal resources of the machine, until it is closed or this process ends. */
final class Reservation implements AutoCloseable {

    private final int number;
    private final FileLock lock;

    private Reservation(int number, FileLock lock) {
        this.number = number;
        this.lock = lock;
    }

    /** Reserves the first free resource with a number from 0 to {@code count - 1}. */
    static Reservation of(String kind, int count) throws IOException {
        Path locks = locks();
        Files.createDirectories(locks);
        for (int number = 0; number < count; number++) {
            FileChannel channel = FileChannel.open(
                    locks.resolve(kind + "-" + number), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return new Reservation(number, lock);
                }
            } catch (OverlappingFileLockException e) {
                // This process has it already; the next may be free.
            }
            channel.close();
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

    @Override
    public void close() throws IOException {
        lock.acquiredBy().close();
    }
}
