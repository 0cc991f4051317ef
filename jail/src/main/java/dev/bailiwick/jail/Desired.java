package dev.bailiwick.jail;

import java.util.OptionalLong;

/** What a host is to do about one jail. */
public sealed interface Desired {

    JailId id();

    /** Counts the definitions of this jail, from 1. */
    long generation();

    /**
     * The jail is to be as defined.
     *
     * @param owner whose it is; empty where that is not known. A host that has much to do takes from each owner in turn, and hands
     *     files that one jail left only to another of the same owner
     */
    record Kept(JailId id, long generation, JailDefinition definition, String owner, Files files) implements Desired {

        public Kept(JailId id, long generation, JailDefinition definition, String owner) {
            this(id, generation, definition, owner, Files.PLAIN);
        }

        /** Its owner is not known. */
        public Kept(JailId id, long generation, JailDefinition definition) {
            this(id, generation, definition, "");
        }
    }

    /**
     * What a host needs to know about the files of a jail, beside their path.
     *
     * @param previous what happens to those that the jail still has at another path
     * @param firstHostId the first of the ids that they bear, as the host said itself; empty where it did not
     */
    record Files(PreviousFiles previous, OptionalLong firstHostId) {

        public static final Files PLAIN = new Files(PreviousFiles.MOVED, OptionalLong.empty());
    }

    /**
     * The jail is to be stopped and what it holds in the kernel released, once; then reported {@link Phase#REMOVED}.
     *
     * @param path where its files are, as last defined
     * @param owner whose it was, and whose its files are; empty where that is not known; then the owner of the files does not change
     */
    record Removed(JailId id, long generation, RootPath path, Base base, FilesFate files, String owner)
            implements Desired {

        /** Its owner is not known. */
        public Removed(JailId id, long generation, RootPath path, Base base, FilesFate files) {
            this(id, generation, path, base, files, "");
        }
    }

    /** What becomes of a removed jail's own files. */
    enum FilesFate {
        KEPT,
        DELETED
    }
}
