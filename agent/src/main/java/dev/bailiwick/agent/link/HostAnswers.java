package dev.bailiwick.agent.link;

import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;

/** Answers questions about this host that the server cannot answer itself. */
@FunctionalInterface
public interface HostAnswers {

    /**
     * Answers one question. It may block on a file system, or for as long as a command may run; several threads call it.
     *
     * @return an answer of the question's {@link HostQuestion#answerType}
     */
    HostAnswer answer(HostQuestion<?> question);
}
