package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import java.util.Optional;
import java.util.OptionalLong;

/** The files of jails on this host, and the user ids that they bear. */
public interface JailStorage {

    /** Returns the reason why this root path must not be used, as a predicate; empty if it may be used. Follows no link in the path. */
    Optional<String> pathRefusal(RootPath path, Base base);

    /**
     * Records that the jail is removed and its customer keeps the files. Another jail of that customer may then take them over, see
     * {@link JailLifecycle#start}. Idempotent.
     *
     * @param owner the customer; empty if unknown, and then the owner of the files does not change
     */
    void keepFiles(JailId jail, String owner);

    /**
     * Deletes the jail's own files and its logs, without following links. Idempotent. Keeps the files of other jails, even at
     * {@code path}.
     *
     * @throws KernelRefusal if the path may not be used, see {@link #pathRefusal}
     */
    void deleteFiles(JailId jail, RootPath path, Base base);

    /** Returns the files that removed jails have left on this host. Cheap. */
    FilesReport files();

    /** Returns the first user id that owns the jail's files; empty if the jail has no range of ids. Makes no system call. */
    default OptionalLong firstHostId(JailId jail) {
        return OptionalLong.empty();
    }
}
