package dev.bailiwick.server.page;

import java.util.List;

/** A page that is kept up to date while it is open. */
public interface LivePage {

    /**
     * Returns the current content. Called for every wake-up on the stream's thread; may read the database.
     *
     * @return all live parts of the page
     * @throws dev.bailiwick.server.problem.Failure if the page no longer exists for its user; ends the stream
     */
    List<LivePart> parts();

    /**
     * Calls {@code wake} whenever the content may have changed.
     *
     * @return a watch; closing it ends the calls
     */
    Watch watch(Runnable wake);

    /** A watch that ends with {@link #close}. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
