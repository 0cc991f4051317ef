package dev.bailiwick.jail.desired;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.report.Phase;
import java.util.OptionalLong;

/** What a host must do about one jail. */
public sealed interface DesiredJail extends DesiredObject {

    @Override
    JailId id();

    /**
     * The jail must be as defined.
     *
     * @param owner the customer who owns the jail; empty if not known. A busy host serves owners in turn, and gives the files that a
     *     removed jail left only to another jail of the same owner
     */
    record Present(
            JailId id, long generation, JailDefinition definition, String owner, JailNetwork network, Files files)
            implements DesiredJail {

        public Present(JailId id, long generation, JailDefinition definition, String owner) {
            this(id, generation, definition, owner, JailNetwork.PLAIN, Files.PLAIN);
        }

        /** Creates the definition of a jail whose owner is not known. */
        public Present(JailId id, long generation, JailDefinition definition) {
            this(id, generation, definition, "");
        }
    }

    /**
     * What a host needs to know about the files of a jail, apart from their path.
     *
     * @param previous what happens to files that the jail still has at another path
     * @param firstHostId the first of the ids that the files carry, if the host has reported it
     */
    record Files(PreviousFiles previous, OptionalLong firstHostId) {

        public static final Files PLAIN = new Files(PreviousFiles.MOVED, OptionalLong.empty());
    }

    /**
     * The host must stop the jail, release what it uses in the kernel, and then report {@link Phase#REMOVED}, once.
     *
     * @param path the path of the jail's files, as last defined
     * @param owner the owner of the jail and its files; empty if not known, and then the owner of the files does not change
     * @param stop how the jail is stopped if it still runs
     */
    record Removed(JailId id, long generation, RootPath path, Base base, FilesFate files, String owner, StopMethod stop)
            implements DesiredJail {

        /** Creates the removal of a jail that is stopped as by default. */
        public Removed(JailId id, long generation, RootPath path, Base base, FilesFate files, String owner) {
            this(id, generation, path, base, files, owner, StopMethod.DEFAULT);
        }

        /** Creates the removal of a jail whose owner is not known. */
        public Removed(JailId id, long generation, RootPath path, Base base, FilesFate files) {
            this(id, generation, path, base, files, "");
        }
    }

    /** What happens to a removed jail's own files. */
    enum FilesFate {
        KEPT,
        DELETED
    }
}
