package dev.bailiwick.jail.question;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.RootPath;

/**
 * A question that only a host can answer. It changes nothing on the host: it may reach a host that answers too late, and nobody learns
 * whether it did.
 *
 * @param <A> the type of its answer
 */
public sealed interface HostQuestion<A extends HostAnswer> {

    Class<A> answerType();

    /** May a jail have this root path there? Only the host knows the symbolic links on the way. */
    record MayUsePath(RootPath path, Base base) implements HostQuestion<HostAnswer.PathVerdict> {

        @Override
        public Class<HostAnswer.PathVerdict> answerType() {
            return HostAnswer.PathVerdict.class;
        }
    }
}
