package dev.bailiwick.server;

import static org.awaitility.Awaitility.await;

import java.util.concurrent.Future;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Lets a test hold a lock until somebody waits for it. */
public final class LockWaits {

    private LockWaits() {}

    /** Returns the work of another thread once it waits for a lock, or is done without one. */
    public static <T> Future<T> behind(JdbcClient jdbc, Future<T> work) {
        await().until(() -> work.isDone()
                || jdbc.sql("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
                        .query(Boolean.class)
                        .single());
        return work;
    }
}
