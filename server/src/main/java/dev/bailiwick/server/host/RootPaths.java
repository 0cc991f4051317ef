package dev.bailiwick.server.host;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.RootPath;
import java.util.Optional;

/** Asks a host whether a root path may be used on it: only there are its symbolic links known. */
public interface RootPaths {

    /**
     * Waits for the host's answer, two seconds at most.
     *
     * @return why not, as a predicate ("leaves … through the symbolic link …"); empty where the path may be used, and where the
     *     host is not connected or does not answer in time: it will judge again when it applies the definition
     */
    Optional<String> refusal(HostId host, RootPath path, Base base);
}
