package dev.bailiwick.server.problem;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The condition that a change comes with: what whoever asks has seen (RFC 9110, 13.1.1). A tag begins with the number of a version;
 * what follows behind a hyphen is about the state of the thing, which a change does not depend on.
 */
public final class IfMatch {

    private static final String ANY = "*";

    private final List<String> tags;

    private IfMatch(List<String> tags) {
        this.tags = tags;
    }

    /** @param header absent where any version will do */
    public static IfMatch of(Optional<String> header) {
        return new IfMatch(header.stream()
                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                .map(String::strip)
                .toList());
    }

    /** @throws ConditionMissing if there is none */
    public static IfMatch required(Optional<String> header) {
        if (header.isEmpty()) {
            throw new ConditionMissing();
        }
        return of(header);
    }

    /** Whether the change may be made to this version. */
    public boolean admits(long version) {
        return tags.isEmpty()
                || tags.stream()
                        .anyMatch(tag -> tag.equals(ANY)
                                || tag.equals("\"" + version + "\"")
                                || tag.startsWith("\"" + version + "-") && tag.endsWith("\""));
    }

    /** Whether it has to be the version that was seen, and no later one. */
    public boolean namesVersion() {
        return !tags.isEmpty() && !tags.contains(ANY);
    }

    @Override
    public String toString() {
        return String.join(", ", tags);
    }
}
