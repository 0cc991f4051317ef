package dev.bailiwick.e2e;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One of several like things of the machine that nobody else has meanwhile: for as long as this process lives, at most. */
final class Reservation implements AutoCloseable {

    private final int number;
    private final FileLock lock;

    private Reservation(int number, FileLock lock) {
        this.number = number;
        this.lock = lock;
    }

    /** The first that is free of those that are numbered from 0 to {@code count - 1}. */
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
                // Taken by this process; the next may be free.
            }
            channel.close();
        }
        throw new IllegalStateException("All " + count + " of " + locks.resolve(kind) + " are taken");
    }

    /** Root's runs share one directory. Others cannot write there, and each of them has one of their own. */
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
