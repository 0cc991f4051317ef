package dev.bailiwick.jail.question;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.file.FileWork;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.stream.ExecId;
import java.time.Duration;

/**
 * A question that only a host can answer. It reaches the host at most once, and its answer may come too late: what it changes on the
 * host is what its kind says, and nothing else.
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

    /**
     * Has a command run in a jail to its end. It has ended before the time limit of a question that is longer than its own and the start's.
     *
     * @param startWithin how long the jail may take until it runs, 0 to {@link RunCommand#MAX_START}; zero if it must run already. An agent that does not
     *     know this takes it for zero
     */
    record RunCommand(CommandRun run, Duration startWithin) implements HostQuestion<HostAnswer.CommandEnd> {

        /** A command that waits takes a place from commands of other jails. */
        public static final Duration MAX_START = Duration.ofSeconds(1);

        @Override
        public Class<HostAnswer.CommandEnd> answerType() {
            return HostAnswer.CommandEnd.class;
        }
    }

    /**
     * Asks how much the rules of a jail have matched.
     *
     * @param rules those that the server has for the jail, without comments, since those of the host may be others
     */
    record CountRules(JailId jail, Firewall rules) implements HostQuestion<HostAnswer.RuleCounts> {

        @Override
        public Class<HostAnswer.RuleCounts> answerType() {
            return HostAnswer.RuleCounts.class;
        }
    }

    /** Has a command begin in a jail, to which people attach. */
    record OpenSession(SessionStart start) implements HostQuestion<HostAnswer.SessionOpened> {

        @Override
        public Class<HostAnswer.SessionOpened> answerType() {
            return HostAnswer.SessionOpened.class;
        }
    }

    /** Asks for the sessions of a jail. */
    record ListSessions(JailId jail) implements HostQuestion<HostAnswer.Sessions> {

        @Override
        public Class<HostAnswer.Sessions> answerType() {
            return HostAnswer.Sessions.class;
        }
    }

    /** Has the command of a session killed, and the session forgotten. */
    record EndSession(JailId jail, ExecId session) implements HostQuestion<HostAnswer.SessionGone> {

        @Override
        public Class<HostAnswer.SessionGone> answerType() {
            return HostAnswer.SessionGone.class;
        }
    }

    /** Has something done with files of a jail. It takes a few seconds at most, so what takes longer is divided into several. */
    record WorkOnFiles(FileWork work) implements HostQuestion<HostAnswer.FilesOutcome> {

        @Override
        public Class<HostAnswer.FilesOutcome> answerType() {
            return HostAnswer.FilesOutcome.class;
        }
    }

    /**
     * Has the host open a stream to the replica of the server that asks, which may be another than the one that it is connected to.
     *
     * @param address {@code HOST:PORT}, where that replica listens
     * @param ticket 64 hexadecimal digits, valid once
     */
    record DialReplica(String address, String ticket) implements HostQuestion<HostAnswer.Dialled> {

        @Override
        public Class<HostAnswer.Dialled> answerType() {
            return HostAnswer.Dialled.class;
        }
    }

    /** Asks for a part of the log of a jail, also of one that does not run or was removed and whose files are kept. */
    record ReadLog(LogRead read) implements HostQuestion<HostAnswer.LogPart> {

        @Override
        public Class<HostAnswer.LogPart> answerType() {
            return HostAnswer.LogPart.class;
        }
    }
}
