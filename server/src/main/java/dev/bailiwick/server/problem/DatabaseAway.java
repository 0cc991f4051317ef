package dev.bailiwick.server.problem;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** Tells a database that does not answer from one that refuses. */
final class DatabaseAway {

    private DatabaseAway() {}

    /** Whether the cause is a lost, refused or shut down connection (SQLSTATE classes 08 and 57P), or that none became free. */
    static boolean isBehind(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientConnectionException) {
                return true;
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                String state = sql.getSQLState();
                return state.startsWith("08") || state.startsWith("57P");
            }
        }
        return false;
    }
}
