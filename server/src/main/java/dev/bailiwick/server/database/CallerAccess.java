package dev.bailiwick.server.database;

/** Returns the access of the current thread's caller; nothing if the thread has none. */
@FunctionalInterface
public interface CallerAccess {

    RowAccess current();
}
