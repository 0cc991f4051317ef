package dev.bailiwick.jail;

/** What a host is to do about one jail. */
public sealed interface Desired {

    JailId id();

    /** Counts the definitions of this jail, from 1. */
    long generation();

    /**
     * The jail is to be as defined.
     *
     * @param owner whose it is, as far as turns are concerned: a host that has much to do takes from each owner in turn; means
     *     nothing else to it, and may be empty
     */
    record Kept(JailId id, long generation, JailDefinition definition, String owner) implements Desired {

        /** Of an owner that is not known. */
        public Kept(JailId id, long generation, JailDefinition definition) {
            this(id, generation, definition, "");
        }
    }

    /**
     * The jail is to be stopped and what it holds in the kernel released, once; then reported {@link Phase#REMOVED}.
     *
     * @param path where its files are, as last defined
     */
    record Removed(JailId id, long generation, RootPath path, Base base, FilesFate files) implements Desired {}

    /** What becomes of a removed jail's own files. */
    enum FilesFate {
        KEPT,
        DELETED
    }
}
