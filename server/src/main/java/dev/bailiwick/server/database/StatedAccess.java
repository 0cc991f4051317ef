package dev.bailiwick.server.database;

/** The access that the current thread has stated. */
final class StatedAccess {

    static final RowAccess NOTHING = new RowAccess.Nothing();
    static final RowAccess EVERYTHING = new RowAccess.Everything();
    static final ScopedValue<RowAccess> CURRENT = ScopedValue.newInstance();

    private StatedAccess() {}
}
