package dev.bailiwick.agent.conformance;

import java.util.Optional;

/**
 * What one probe shows about one policy.
 *
 * @param policy its name
 * @param decision what the policy decides about the call
 * @param mechanism what keeps that
 * @param expected what the policy promises
 * @param inside what the kernel answered in a jail
 * @param outside what it answered outside; empty where the call was not made there
 */
record Evidence(
        Probe probe,
        String policy,
        String decision,
        String mechanism,
        Answer expected,
        Answer inside,
        Optional<Answer> outside,
        Standing standing) {

    /** What the answers are worth. */
    enum Standing {
        PROVEN(
                "proven",
                "the kernel answered inside as expected; a call that is blocked inside had another answer outside"),
        SAME_OUTSIDE(
                "same outside",
                "blocked as expected, but this kernel answers the same outside: only the interpreted program of the filter shows the difference"),
        INSIDE_ONLY("inside only", "answered as expected; not called outside, for the reason in the remark"),
        ABSENT("absent", "this kernel does not have the call, so only the filter's decision is shown"),
        DISAGREES("disagrees", "the kernel contradicts the policy");

        private final String text;
        private final String meaning;

        Standing(String text, String meaning) {
            this.text = text;
            this.meaning = meaning;
        }

        String text() {
            return text;
        }

        String meaning() {
            return meaning;
        }
    }

    @Override
    public String toString() {
        return "%s, %s(%s): promised %s by %s, answered %s inside and %s outside, where %s may be"
                .formatted(
                        policy,
                        probe,
                        probe.arguments(),
                        expected,
                        mechanism,
                        inside,
                        outside.map(Answer::text).orElse("nothing"),
                        probe.outside());
    }
}
