package dev.bailiwick.jail.question;

import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.firewall.RuleCount;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The answer of a host to a {@link HostQuestion}. */
public sealed interface HostAnswer {

    /** @param refusal why no jail may use the path, as a predicate ("leaves … through the symbolic link …"); empty if one may */
    record PathVerdict(Optional<String> refusal) implements HostAnswer {}

    /** How a command ended, and what it wrote. */
    record CommandEnd(How how, CommandOutput output, CommandOutput errors) implements HostAnswer {

        private static final CommandOutput NOTHING = new CommandOutput(new byte[0], false);

        /** @param why a sentence for whoever ran it */
        public static CommandEnd refused(String reason, String why) {
            return new CommandEnd(new How.Refused(reason, why), NOTHING, NOTHING);
        }
    }

    /** How a command ended. */
    sealed interface How {

        /** @param status 0 to 255 */
        record Exited(int status) implements How {}

        /** @param signal 1 to 64 */
        record Killed(int signal) implements How {}

        /** It was killed because it ran for longer than its limit. */
        record TimedOut() implements How {}

        /**
         * It has not begun.
         *
         * @param reason a stable word in CamelCase
         * @param why a sentence for whoever ran it
         */
        record Refused(String reason, String why) implements How {}
    }

    /** The host opens the stream. */
    record Dialled() implements HostAnswer {}

    /** @param counts one for each rule, in their order; empty if the host has other rules for the jail, or none, at the moment */
    record RuleCounts(List<RuleCount> counts) implements HostAnswer {

        public RuleCounts {
            counts = List.copyOf(counts);
        }
    }

    /** @param refusal why the command has not begun; empty if it has */
    record SessionOpened(Optional<How.Refused> refusal) implements HostAnswer {}

    /** @param sessions those of a jail, the oldest first */
    record Sessions(List<SessionState> sessions) implements HostAnswer {

        public Sessions {
            sessions = List.copyOf(sessions);
        }
    }

    /** @param existed whether there was such a session */
    record SessionGone(boolean existed) implements HostAnswer {}

    record FilesOutcome(FileResult result) implements HostAnswer {}

    /**
     * A part of the log of a jail.
     *
     * @param entries in the order of their offsets
     * @param next where the rest of the log begins
     * @param atEnd whether there is no rest at the moment
     * @param bound what the host keeps of the log, in bytes on its disk; empty if it does not say
     */
    record LogPart(List<LogEntry> entries, long next, boolean atEnd, OptionalLong bound) implements HostAnswer {

        public LogPart {
            entries = List.copyOf(entries);
        }

        public LogPart(List<LogEntry> entries, long next, boolean atEnd) {
            this(entries, next, atEnd, OptionalLong.empty());
        }

        /** Returns the same part of a log of which the host keeps so many bytes. */
        public LogPart within(long bytes) {
            return new LogPart(entries, next, atEnd, OptionalLong.of(bytes));
        }
    }
}
