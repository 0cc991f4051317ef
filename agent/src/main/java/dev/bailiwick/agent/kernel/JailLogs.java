package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogRead;

/** What jails have written. */
public interface JailLogs {

    /**
     * Reads a part of the log of a jail, also of one that does not run; waits for output as the read says. May be called by several
     * threads.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws UnsupportedOperationException if the logs of this kernel cannot be read
     */
    default LogPart read(LogRead read) throws InterruptedException {
        throw new UnsupportedOperationException("the logs of this host can only be read on it");
    }
}
