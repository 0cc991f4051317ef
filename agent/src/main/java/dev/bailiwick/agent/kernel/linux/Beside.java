package dev.bailiwick.agent.kernel.linux;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Work that another thread does meanwhile. It is over, well or not, when this is closed. */
final class Beside<T> implements AutoCloseable {

    private final CompletableFuture<T> work;

    Beside(Supplier<T> work, Executor threads) {
        this.work = CompletableFuture.supplyAsync(work, threads);
    }

    /** What came of it; throws what it threw. */
    T await() {
        try {
            return work.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        work.exceptionally(_ -> null).join();
    }
}
