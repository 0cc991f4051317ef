package dev.bailiwick.agent.link;

import dev.bailiwick.protocol.v1.JailFigures;
import java.util.List;
import java.util.Optional;

/** The figures of jails that this host keeps until the server has them. Another thread may add some at any time. */
public interface KeptFigures {

    /** What a host without figures keeps. */
    KeptFigures NONE = new KeptFigures() {
        @Override
        public Optional<Batch> oldest() {
            return Optional.empty();
        }

        @Override
        public boolean hasLater(String name) {
            return false;
        }

        @Override
        public void delete(String name) {}
    };

    /**
     * What is sent together.
     *
     * @param name distinguishes it from all others of this host; at most 20 characters
     */
    record Batch(String name, List<JailFigures> rows) {

        public Batch {
            rows = List.copyOf(rows);
        }
    }

    /** Returns the oldest batch; empty if there is none. */
    Optional<Batch> oldest();

    /** Returns whether there are batches that are later than this one. */
    boolean hasLater(String name);

    /** Deletes a batch that the server has; does nothing if it has been deleted. */
    void delete(String name);
}
