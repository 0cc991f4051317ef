package dev.bailiwick.agent.kernel.linux.host;

import dev.bailiwick.agent.disk.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * The order in which the kernel kills processes when the whole host is short of memory: jails before the agent, the server and
 * PostgreSQL, none of which has more than nine tenths of the memory (proc_pid_oom_score_adj(5)). Jails can use the scores from here to
 * 1000 to order their own processes.
 */
public final class MemoryShortage {

    private static final int ABOVE_THE_HOST = 900;

    /** At least the agent's own score: lowering it needs a capability that the agent may lack. */
    public static final String SCORE_OF_JAILS = Integer.toString(Math.max(ABOVE_THE_HOST, own()));

    private MemoryShortage() {}

    private static int own() {
        try {
            return Integer.parseInt(
                    TextFile.read(Path.of("/proc/self/oom_score_adj")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
