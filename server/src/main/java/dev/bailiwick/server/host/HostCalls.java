package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.question.HostReply;
import java.time.Duration;

/** Questions to hosts. */
public interface HostCalls {

    Duration MAX_LIMIT = Duration.ofMinutes(1);

    /**
     * Asks a host and waits for its answer, whichever replica the host is connected to. A question reaches the host at most once.
     * Blocks for up to the time limit, so it must not be called in a transaction.
     *
     * @param limit 1 ms to {@link #MAX_LIMIT}
     */
    <A extends HostAnswer> HostReply<A> ask(HostId host, HostQuestion<A> question, Duration limit);
}
