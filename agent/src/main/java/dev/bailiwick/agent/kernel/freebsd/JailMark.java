package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.jail.JailId;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The agent's note about a jail that it started, in the jail's runtime directory. The kernel reuses a jail's number only after all
 * others, so a mark with another number belongs to an earlier jail and means nothing.
 *
 * @param number the jail's number (jid)
 * @param startMillis the start time of the process according to the kernel; distinguishes this init from a later process with the same id
 * @param startedAtMillis the time at which the agent had started it
 */
record JailMark(int number, long generation, String fingerprint, long initPid, long startMillis, long startedAtMillis) {

    private static final String FORMAT = "1";
    private static final int WORDS = 7;

    String text() {
        return FORMAT + " " + number + " " + generation + " " + fingerprint + " " + initPid + " " + startMillis + " "
                + startedAtMillis;
    }

    /** @throws IllegalStateException if an agent of another version wrote the mark, or it is damaged */
    static JailMark parse(String text) {
        String[] words = text.strip().split(" ", -1);
        if (words.length != WORDS || !words[0].equals(FORMAT)) {
            throw unreadable(text, null);
        }
        try {
            return new JailMark(
                    Integer.parseInt(words[1]),
                    Long.parseLong(words[2]),
                    words[3],
                    Long.parseLong(words[4]),
                    Long.parseLong(words[5]),
                    Long.parseLong(words[6]));
        } catch (NumberFormatException e) {
            throw unreadable(text, e);
        }
    }

    private static IllegalStateException unreadable(String text, @Nullable NumberFormatException cause) {
        return new IllegalStateException("a jail has a mark that this agent cannot read: " + text, cause);
    }

    ObservedJail observed(JailId jail, OptionalInt runningInit) {
        return new ObservedJail(jail, generation, fingerprint, runningInit, Instant.ofEpochMilli(startedAtMillis));
    }

    JailMark confirmed(long later) {
        return new JailMark(number, later, fingerprint, initPid, startMillis, startedAtMillis);
    }

    static long startMillis(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** Returns the init, if it still runs. */
    Optional<ProcessHandle> init() {
        return ProcessHandle.of(initPid).filter(process -> process.isAlive() && startMillis(process) == startMillis);
    }
}
