package dev.bailiwick.server;

import static org.awaitility.Awaitility.await;

import java.util.concurrent.Future;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Lets a test hold a lock until somebody waits for it. */
public final class LockWaits {

    private LockWaits() {}

    /** Returns the work of another thread once it waits for a lock of this thread's transaction, or is done without one. */
    public static <T> Future<T> behind(JdbcClient jdbc, Future<T> work) {
        int holder = jdbc.sql("SELECT pg_backend_pid()").query(Integer.class).single();
        await().until(() -> work.isDone()
                || jdbc.sql(
                                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND ? = ANY (pg_blocking_pids(pid)))")
                        .param(holder)
                        .query(Boolean.class)
                        .single());
        return work;
    }
}
