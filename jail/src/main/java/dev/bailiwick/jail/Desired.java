package dev.bailiwick.jail;

/** What a host is to do about one jail. */
public sealed interface Desired {

    JailId id();

    /** Counts the definitions of this jail, from 1. */
    long generation();

    /** The jail is to be as defined. */
    record Kept(JailId id, long generation, JailDefinition definition) implements Desired {}

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
