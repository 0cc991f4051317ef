package dev.bailiwick.server.problem;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionSystemException;

/** Tells a database that does not answer from one that refuses. */
final class DatabaseAway {

    static final String DETAIL =
            "Whether the request took effect is not known: repeat it with the same Idempotency-Key, or look";

    /** How deep an exception is looked into: none is its own cause, but one of its causes might be. */
    private static final int MAX_CAUSES = 100;

    private DatabaseAway() {}

    /** Whether a connection to it was lost, refused or not to be had, anywhere in what led to the failure. */
    static boolean isBehind(Throwable failure) {
        Deque<Throwable> causes = new ArrayDeque<>();
        causes.add(failure);
        for (int looked = 0; looked < MAX_CAUSES && !causes.isEmpty(); looked++) {
            Throwable cause = causes.remove();
            if (cause instanceof SQLException sql && isAway(sql)) {
                return true;
            }
            add(causes, cause.getCause());
            if (cause instanceof SQLException sql) {
                add(causes, sql.getNextException());
            }
            // Where undoing failed as well, Spring tells of that, and keeps what came first aside.
            if (cause instanceof TransactionSystemException undone) {
                add(causes, undone.getOriginalException());
            }
            for (Throwable suppressed : cause.getSuppressed()) {
                causes.add(suppressed);
            }
        }
        return false;
    }

    private static void add(Deque<Throwable> causes, @Nullable Throwable cause) {
        if (cause != null) {
            causes.add(cause);
        }
    }

    private static boolean isAway(SQLException failure) {
        String state = failure.getSQLState();
        if (state == null || state.isEmpty()) {
            return failure instanceof SQLTransientConnectionException
                    || failure instanceof SQLRecoverableException
                    || failure instanceof SQLNonTransientConnectionException
                    || isClosed(failure.getMessage());
        }
        // 08: the connection. 57P: shut down, crashed, or not up yet. 53300: no connections left.
        return failure instanceof SQLTransientConnectionException
                || state.startsWith("08")
                || state.startsWith("57P")
                || state.equals("53300");
    }

    /** The pool says so of a connection that broke earlier in the same request, and of itself when the server stops; it gives no state. */
    private static boolean isClosed(@Nullable String message) {
        return message != null && (message.equals("Connection is closed") || message.endsWith("has been closed."));
    }
}
