package dev.bailiwick.jail.question;

import java.util.Optional;

/** The answer of a host to a {@link HostQuestion}. */
public sealed interface HostAnswer {

    /** @param refusal why no jail may use the path, as a predicate ("leaves … through the symbolic link …"); empty if one may */
    record PathVerdict(Optional<String> refusal) implements HostAnswer {}
}
