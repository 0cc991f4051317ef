package dev.bailiwick.server.jail.file.content;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.server.bounds.Bound;
import java.util.concurrent.Semaphore;

/** What one transfer needs to gather bytes for one question while another is under way, or nothing. Used by one thread. */
final class Room {

    /** What one question has room for, with paths of any length. */
    static final int PARTS = 5;

    private static final Semaphore LEFT =
            new Semaphore(Bound.FILE_BYTES_AHEAD.value() / (2 * PARTS * FileBytes.MAX), true);

    private boolean isHeld;

    /** Takes it if there is some; returns whether it is held. */
    boolean take() {
        isHeld = isHeld || LEFT.tryAcquire();
        return isHeld;
    }

    /** Gives it back; does nothing if it is not held. */
    void release() {
        if (isHeld) {
            isHeld = false;
            LEFT.release();
        }
    }
}
