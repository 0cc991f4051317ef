package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import java.util.Optional;
import java.util.OptionalLong;

/** The files of jails on this host, and the user ids that they bear. */
public interface JailStorage {

    /** Why this root path must not be used, as a predicate; empty where it may be. Follows no link of the path. */
    Optional<String> pathRefusal(RootPath path, Base base);

    /**
     * Records that the jail is removed and its files stay, as its customer's; from then on another jail of that customer may take them
     * over, see {@link JailLifecycle#start}. Idempotent.
     *
     * @param owner the customer; empty where that is not known; then the owner of the files does not change
     */
    void keepFiles(JailId jail, String owner);

    /**
     * Deletes the jail's own files and its logs, following nothing. Idempotent. Files of another jail stay, also at {@code path}.
     *
     * @throws KernelRefusal if the path may not be used, see {@link #pathRefusal}
     */
    void deleteFiles(JailId jail, RootPath path, Base base);

    /** Which files removed jails have left here; cheap to ask for. */
    FilesReport files();

    /** The first of the user ids that the jail's files bear; empty where it has none. Takes no call of the kernel. */
    default OptionalLong firstHostId(JailId jail) {
        return OptionalLong.empty();
    }
}
