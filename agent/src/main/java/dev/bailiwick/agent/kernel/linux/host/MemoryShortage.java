package dev.bailiwick.agent.kernel.linux.host;

import dev.bailiwick.agent.disk.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Whom the kernel ends first where the whole host lacks memory: jails, before the agent, the server and PostgreSQL, none of which
 * has more than nine tenths of the memory (proc_pid_oom_score_adj(5)). What is left up to 1000 is for jails to order their own by.
 */
public final class MemoryShortage {

    private static final int ABOVE_THE_HOST = 900;

    /** Never below the agent's own: to lower it takes a capability that the agent may lack. */
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
