package dev.bailiwick.agent.kernel.linux.cgroup;

import dev.bailiwick.jail.JailId;
import org.jspecify.annotations.Nullable;

/**
 * The agent's note about a jail that it started.
 *
 * @param startTicks field 22 of proc_pid_stat(5); distinguishes this init from a later process with the same process id
 */
public record JailMark(
        JailId jail, long generation, String fingerprint, int initPid, long startTicks, long startedAtMillis) {

    private static final String FORMAT = "2";
    private static final int WORDS = 7;

    public String text() {
        return FORMAT + " " + jail + " " + generation + " " + fingerprint + " " + initPid + " " + startTicks + " "
                + startedAtMillis;
    }

    /**
     * @throws IllegalStateException if an agent of another version wrote the mark, or it is damaged: the agent could otherwise take a
     *     running jail for none and kill it
     */
    public static JailMark parse(String text) {
        String[] words = text.split(" ", -1);
        if (words.length != WORDS || !words[0].equals(FORMAT)) {
            throw unreadable(text, null);
        }
        try {
            return new JailMark(
                    JailId.parse(words[1]),
                    Long.parseLong(words[2]),
                    words[3],
                    Integer.parseInt(words[4]),
                    Long.parseLong(words[5]),
                    Long.parseLong(words[6]));
        } catch (IllegalArgumentException e) {
            throw unreadable(text, e);
        }
    }

    private static IllegalStateException unreadable(String text, @Nullable IllegalArgumentException cause) {
        return new IllegalStateException("a cgroup has a mark that this agent cannot read: " + text, cause);
    }

    public JailMark confirmed(long laterGeneration) {
        return new JailMark(jail, laterGeneration, fingerprint, initPid, startTicks, startedAtMillis);
    }
}
