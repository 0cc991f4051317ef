package dev.bailiwick.agent.link;

import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;

/** Answers questions about this host that the server cannot answer itself. */
@FunctionalInterface
public interface HostAnswers {

    /**
     * Answers one question. It may block on a file system, and is called by one thread at a time.
     *
     * @return an answer of the question's {@link HostQuestion#answerType}
     */
    HostAnswer answer(HostQuestion<?> question);
}
