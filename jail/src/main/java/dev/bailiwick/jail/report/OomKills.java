package dev.bailiwick.jail.report;

import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Processes of a jail that its kernel killed for lack of memory, since the report before.
 *
 * @param count how many, at least 1
 * @param largest at most {@value #MAX_LARGEST} processes of the jail that had most memory, the largest first; those that were killed are
 *     among them if the kernel's log had them
 * @param hostAvailableBytes how much memory the host could still give to programs after the last of these kills
 * @param at when the last of them was killed
 */
public record OomKills(long count, ShortOf shortOf, List<LargeProcess> largest, long hostAvailableBytes, Instant at) {

    /** The maximum number of processes in {@link #largest}. */
    public static final int MAX_LARGEST = 3;

    /** What had no more memory. */
    public enum ShortOf {
        JAIL_LIMIT("jail-limit", "the limit of the jail's memory was reached"),
        OTHER_LIMIT(
                "other-limit",
                "a limit that a program of the jail has set, or the limit of all jails together, was reached"),
        HOST("host", "its host had no more memory");

        private final String text;
        private final String words;

        ShortOf(String text, String words) {
            this.text = text;
            this.words = words;
        }

        /** Returns the word for programs, such as {@code jail-limit}. */
        public String text() {
            return text;
        }

        /** @throws InvalidValue if nothing has this {@link #text} */
        public static ShortOf parse(String text) {
            return Arrays.stream(values())
                    .filter(known -> known.text.equals(text))
                    .findFirst()
                    .orElseThrow(() -> new InvalidValue("must be jail-limit, other-limit or host"));
        }
    }

    /**
     * A process and its memory.
     *
     * @param name what the process calls itself, cut to {@value #MAX_NAME} characters; a program of the jail chose it, so it is not
     *     trusted
     * @param bytes its resident memory
     */
    public record LargeProcess(String name, long bytes) {

        /** A name has at most 15 bytes in the kernel. */
        public static final int MAX_NAME = 15;

        public LargeProcess {
            name = PlainText.truncate(name, MAX_NAME);
            if (bytes < 0) {
                throw new InvalidValue("must not be negative");
            }
        }
    }

    public OomKills {
        largest = List.copyOf(largest);
        if (count < 1 || hostAvailableBytes < 0 || largest.size() > MAX_LARGEST) {
            throw new InvalidValue("must be at least one process, with at most " + MAX_LARGEST + " large ones");
        }
    }

    /** Returns what operators should know of it. */
    public Condition condition() {
        String message = "the kernel killed " + (count == 1 ? "a process" : count + " processes")
                + " of the jail, because " + shortOf.words
                + (largest.isEmpty() ? "" : "; most memory had " + processes())
                + "; the host had " + size(hostAvailableBytes) + " available";
        return new Condition(Condition.OOM_KILLED, message, at);
    }

    private String processes() {
        return largest.stream()
                .map(process -> PlainText.quote(process.name) + " (" + size(process.bytes) + ")")
                .collect(Collectors.joining(", "));
    }

    private static String size(long bytes) {
        return ByteSize.rounded(bytes, RoundingMode.HALF_UP);
    }
}
