package dev.bailiwick.jail.question;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.RootPath;

/**
 * A question that only a host can answer. It must change nothing on the host, because a question may reach a host whose answer comes
 * too late.
 *
 * @param <A> the type of its answer
 */
public sealed interface HostQuestion<A extends HostAnswer> {

    Class<A> answerType();

    /** Asks whether a jail may have this root path on the host. Only the host knows the symbolic links in the path. */
    record MayUsePath(RootPath path, Base base) implements HostQuestion<HostAnswer.PathVerdict> {

        @Override
        public Class<HostAnswer.PathVerdict> answerType() {
            return HostAnswer.PathVerdict.class;
        }
    }
}
