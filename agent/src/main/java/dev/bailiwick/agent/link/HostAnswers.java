package dev.bailiwick.agent.link;

import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;

/** Answers questions about this host that the server cannot answer itself. */
@FunctionalInterface
public interface HostAnswers {

    /**
     * Answers one question. It may block on a file system, or for as long as a command may run or a log is waited for; several threads
     * call it.
     *
     * @throws InterruptedException if the thread is interrupted while it waits for a log
     * @throws UnsupportedOperationException if this host cannot answer this kind of question
     * @return an answer of the question's {@link HostQuestion#answerType}
     */
    HostAnswer answer(HostQuestion<?> question) throws InterruptedException;
}
