package dev.bailiwick.agent.link;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.RootPath;
import java.util.Optional;

/** Says whether a root path may be used on this host. */
@FunctionalInterface
public interface PathChecker {

    /** Why not, as a predicate; empty where it may. May block on a file system; called by one thread at a time. */
    Optional<String> refusal(RootPath path, Base base);
}
