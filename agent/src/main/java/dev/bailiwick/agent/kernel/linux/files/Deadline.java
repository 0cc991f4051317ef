package dev.bailiwick.agent.kernel.linux.files;

import java.time.Duration;

/**
 * When a request that could take long has to end. The time begins when it is first asked, after the first piece of work: to open a directory with very
 * many entries takes long, and without progress the next request would do only that again.
 */
final class Deadline {

    private final Duration limit;
    private boolean hasBegun;
    private long end;

    Deadline(Duration limit) {
        this.limit = limit;
    }

    boolean isOver() {
        if (!hasBegun) {
            hasBegun = true;
            end = System.nanoTime() + limit.toNanos();
        }
        return System.nanoTime() - end >= 0;
    }
}
