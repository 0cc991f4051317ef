package dev.bailiwick.jail.question;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What comes of a question to a host: its answer, or the reason why there is none. */
public sealed interface HostReply<A extends HostAnswer> {

    record Answered<A extends HostAnswer>(A answer) implements HostReply<A> {}

    /** @param detail for people; may be empty */
    record Unanswered<A extends HostAnswer>(Reason reason, String detail) implements HostReply<A> {}

    enum Reason {
        /** The host is not connected, or its connection ended before it answered. */
        AWAY,
        /** The host did not answer within the time limit. */
        TIMED_OUT,
        /** The host, or the server that it is connected to, does not know this kind of question. */
        UNSUPPORTED,
        /** The host cannot read the question. */
        REFUSED,
        /** As many questions wait for an answer as may. */
        OVERLOADED,
        /** The host tried to answer and failed, or its answer cannot be used. */
        FAILED;

        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Empty where no reason has this {@link #text()}. */
        public static Optional<Reason> find(String text) {
            return Arrays.stream(values())
                    .filter(reason -> reason.text().equals(text))
                    .findFirst();
        }
    }
}
