package dev.bailiwick.server.jail.file.content;

import dev.bailiwick.server.jail.file.failure.FilesUnreachable;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** One question to a host whose answer is not needed yet; used by one thread. */
final class Ahead<R> {

    private @Nullable FutureTask<R> asked;

    /** Asks on a thread of its own; nothing may be under way. */
    void begin(Callable<R> question) {
        if (asked != null) {
            throw new IllegalStateException("a question is under way");
        }
        asked = new FutureTask<>(question);
        Thread.ofVirtual().name("file-content").start(asked);
    }

    boolean isUnderWay() {
        return asked != null;
    }

    /**
     * Waits for the answer; there must be a question under way, and is none afterwards.
     *
     * @throws dev.bailiwick.server.problem.Failure if the question has failed with it
     */
    R answer() {
        FutureTask<R> task = asked;
        if (task == null) {
            throw new IllegalStateException("no question is under way");
        }
        try {
            R answer = task.get();
            asked = null;
            return answer;
        } catch (ExecutionException e) {
            asked = null;
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FilesUnreachable("the wait for the host was interrupted");
        }
    }
}
