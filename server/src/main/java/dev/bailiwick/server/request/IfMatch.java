package dev.bailiwick.server.request;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The condition of a change: the versions that the caller has seen (RFC 9110, 13.1.1). A tag begins with the number of a version.
 * The part after a hyphen stands for the state of the object, which does not affect changes.
 */
public final class IfMatch {

    private static final String ANY = "*";

    private final List<String> tags;

    private IfMatch(List<String> tags) {
        this.tags = tags;
    }

    /** @param header absent if any version may be changed */
    public static IfMatch of(Optional<String> header) {
        return new IfMatch(header.stream()
                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                .map(String::strip)
                .toList());
    }

    /** @throws ConditionMissing if the header is absent */
    public static IfMatch require(Optional<String> header) {
        if (header.isEmpty()) {
            throw new ConditionMissing();
        }
        return of(header);
    }

    /** Whether this version may be changed. */
    public boolean admits(long version) {
        return tags.isEmpty()
                || tags.stream()
                        .anyMatch(tag -> tag.equals(ANY)
                                || tag.equals("\"" + version + "\"")
                                || tag.startsWith("\"" + version + "-") && tag.endsWith("\""));
    }

    /** Whether the caller requires a certain version. */
    public boolean namesVersion() {
        return !tags.isEmpty() && !tags.contains(ANY);
    }

    /** Returns the header, and what is wrong with it if it can match no version. */
    @Override
    public String toString() {
        boolean isMalformed =
                namesVersion() && tags.stream().noneMatch(tag -> tag.startsWith("\"") && tag.endsWith("\""));
        return String.join(", ", tags) + (isMalformed ? " (an ETag is sent with its quotes and without W/)" : "");
    }
}
