package dev.bailiwick.server.problem;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionSystemException;

/** A failure of the database itself: it does not respond, or has no space. A statement that it rejects is neither. */
enum DatabaseFailure {
    UNAVAILABLE(
            ProblemTypes.DATABASE_UNAVAILABLE,
            "It is unknown whether the request took effect: repeat it with the same Idempotency-Key, or check"),
    FULL(
            ProblemTypes.DATABASE_FULL,
            "Nothing was stored. Once the disk of the server's PostgreSQL has space, repeat the request");

    private static final String DISK_FULL = "53100";

    /** How many exceptions are checked: the causes can form a cycle. */
    private static final int MAX_CAUSES = 100;

    private final ProblemType type;
    private final String detail;

    DatabaseFailure(ProblemType type, String detail) {
        this.type = type;
        this.detail = detail;
    }

    ProblemType type() {
        return type;
    }

    String detail() {
        return detail;
    }

    /**
     * Returns which of these is among the causes of a failure. A lack of space counts before a lost, refused or unavailable connection.
     */
    static Optional<DatabaseFailure> behind(Throwable failure) {
        if (isBehind(failure, sql -> DISK_FULL.equals(sql.getSQLState()))) {
            return Optional.of(FULL);
        }
        return isBehind(failure, DatabaseFailure::isUnavailable) ? Optional.of(UNAVAILABLE) : Optional.empty();
    }

    private static boolean isBehind(Throwable failure, Predicate<SQLException> what) {
        Deque<Throwable> causes = new ArrayDeque<>();
        causes.add(failure);
        for (int looked = 0; looked < MAX_CAUSES && !causes.isEmpty(); looked++) {
            Throwable cause = causes.remove();
            if (cause instanceof SQLException sql && what.test(sql)) {
                return true;
            }
            add(causes, cause.getCause());
            if (cause instanceof SQLException sql) {
                add(causes, sql.getNextException());
            }
            // If the rollback failed as well, Spring throws that failure, and holds the original one separately.
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

    private static boolean isUnavailable(SQLException failure) {
        String state = failure.getSQLState();
        if (state == null || state.isEmpty()) {
            return failure instanceof SQLTransientConnectionException
                    || failure instanceof SQLRecoverableException
                    || failure instanceof SQLNonTransientConnectionException
                    || isClosed(failure.getMessage());
        }
        // 08: connection failure. 57P: shut down, crashed, or starting. 53300: too many connections.
        return failure instanceof SQLTransientConnectionException
                || state.startsWith("08")
                || state.startsWith("57P")
                || state.equals("53300");
    }

    /** Whether the pool reports a connection that broke earlier in the same request, or its own shutdown; it sets no SQL state. */
    private static boolean isClosed(@Nullable String message) {
        return message != null && (message.equals("Connection is closed") || message.endsWith("has been closed."));
    }
}
