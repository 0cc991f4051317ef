package dev.bailiwick.agent.kernel.linux.files;

import java.time.Duration;

/** When a request that could take long has to end. */
final class Deadline {

    private final long end;

    Deadline(Duration limit) {
        this.end = System.nanoTime() + limit.toNanos();
    }

    boolean isOver() {
        return System.nanoTime() - end >= 0;
    }
}
