package dev.bailiwick.jail.question;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The reply to a question: the host's answer, or the reason why there is none. */
public sealed interface HostReply<A extends HostAnswer> {

    record Answered<A extends HostAnswer>(A answer) implements HostReply<A> {}

    /** @param detail a text for operators; may be empty */
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
        /** Too many questions wait for an answer already. */
        OVERLOADED,
        /** The host tried to answer and failed, or its answer cannot be used. */
        FAILED;

        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Returns the reason with this {@link #text()}; empty if there is none. */
        public static Optional<Reason> find(String text) {
            return Arrays.stream(values())
                    .filter(reason -> reason.text().equals(text))
                    .findFirst();
        }
    }
}
