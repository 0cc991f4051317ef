package dev.bailiwick.server.page;

import java.util.List;

/** A page that stays true while somebody looks at it. */
public interface LivePage {

    /**
     * What it is to show now. Called for every wake-up, on a thread of the stream's own; may read the database.
     *
     * @return all of its living parts
     * @throws dev.bailiwick.server.problem.Failure if there is no such page any more; ends the stream
     */
    List<LivePart> parts();

    /**
     * Has {@code wake} called whenever what the page shows may have changed.
     *
     * @return ends that
     */
    Watch watch(Runnable wake);

    /** Ends with {@link #close}. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
