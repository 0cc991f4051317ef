package dev.bailiwick.server.database;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;

/**
 * Which rows of the tables that belong to customers a statement can read and write. The database itself sees to it (row-level
 * security); rights decide within these rows.
 *
 * <p>A request has the access of its caller. Work that belongs to nobody's request states its access: {@code RowAccess.everything()
 * .run(…)}. All other statements have access to nothing.
 */
public sealed interface RowAccess {

    /** No row of any customer. */
    record Nothing() implements RowAccess {}

    /** All rows. */
    record Everything() implements RowAccess {}

    /**
     * The rows of a user of customers.
     *
     * @param user sees their own tokens, and the jails that were chosen for them
     * @param customers of which the user sees everything
     */
    record OfUser(UUID user, Set<UUID> customers) implements RowAccess {
        public OfUser {
            customers = Set.copyOf(customers);
        }
    }

    static RowAccess nothing() {
        return StatedAccess.NOTHING;
    }

    static RowAccess everything() {
        return StatedAccess.EVERYTHING;
    }

    /** Runs {@code work}, whose statements have this access, whoever the caller is. */
    default void run(Runnable work) {
        ScopedValue.where(StatedAccess.CURRENT, this).run(work);
    }

    /** Returns the result of {@code work}, whose statements have this access, whoever the caller is. */
    default <T, X extends Throwable> T call(ScopedValue.CallableOp<? extends T, X> work) throws X {
        return ScopedValue.where(StatedAccess.CURRENT, this).call(work);
    }

    /** Returns a factory of the same threads, whose statements have this access. */
    default ThreadFactory threads(ThreadFactory factory) {
        return work -> factory.newThread(() -> run(work));
    }
}
