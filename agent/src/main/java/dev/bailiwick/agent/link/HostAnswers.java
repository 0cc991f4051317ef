package dev.bailiwick.agent.link;

import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;

/** Knows what only this host knows. */
@FunctionalInterface
public interface HostAnswers {

    /** @return of the question's {@link HostQuestion#answerType}. May block on a file system; called by one thread at a time */
    HostAnswer answer(HostQuestion<?> question);
}
