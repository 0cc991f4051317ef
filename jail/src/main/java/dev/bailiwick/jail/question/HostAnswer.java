package dev.bailiwick.jail.question;

import java.util.Optional;

/** What a host answers to a {@link HostQuestion}. */
public sealed interface HostAnswer {

    /** @param refusal why the path may not be used, as a predicate ("leaves … through the symbolic link …"); empty where it may be */
    record PathVerdict(Optional<String> refusal) implements HostAnswer {}
}
