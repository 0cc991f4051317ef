package dev.bailiwick.server.jail.log;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.HostQuestion.ReadLog;
import dev.bailiwick.jail.question.HostReply.Answered;
import dev.bailiwick.jail.question.HostReply.Unanswered;
import dev.bailiwick.jail.question.LogRead;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.host.HostCalls;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.ReadingEvent;
import dev.bailiwick.server.jail.StaffReads;
import dev.bailiwick.server.jail.history.RemovedJail;
import dev.bailiwick.server.jail.history.RemovedJails;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Duration;
import java.util.OptionalLong;
import org.springframework.stereotype.Service;

/** Reads the logs of jails from their hosts, which keep them. */
@Service
class JailLogs {

    /** How much longer than a host waits for output the server waits for the host. */
    private static final Duration FOR_THE_ANSWER = Duration.ofSeconds(8);

    private final Jails jails;
    private final RemovedJails removed;
    private final HostCalls hosts;
    private final StaffReads staff;

    JailLogs(Jails jails, RemovedJails removed, HostCalls hosts, StaffReads staff) {
        this.jails = jails;
        this.removed = removed;
        this.hosts = hosts;
        this.staff = staff;
    }

    /**
     * A jail whose log may be read.
     *
     * @param isRemoved whether only its files are left
     */
    record LoggedJail(JailId id, String name, HostId host, boolean isRemoved) {}

    /**
     * Returns the jail whose log the caller reads, also if it does not run, or was removed and its files were kept.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     * @throws RightMissing if the caller may not read its log
     */
    LoggedJail find(Caller caller, JailId id) {
        try {
            JailView jail = jails.find(caller, id);
            caller.require(Right.LOGS, jail.customer(), id);
            staff.record(caller, jail.customer(), id, new ReadingEvent.Log());
            return new LoggedJail(id, jail.definition().name().value(), jail.host(), false);
        } catch (JailNotFound e) {
            RemovedJail jail =
                    removed.find(caller, id).filter(RemovedJail::filesKept).orElseThrow(() -> e);
            caller.require(Right.LOGS, jail.customer(), id);
            staff.record(caller, jail.customer(), id, new ReadingEvent.Log());
            return new LoggedJail(id, jail.name(), jail.host(), true);
        }
    }

    /**
     * Reads a part of a log. Must not be called in a transaction.
     *
     * @throws LogUnreadable if the host is not connected, does not answer, or its answer neither has a part of the log nor ends it
     */
    LogPart read(LoggedJail jail, LogRead read) {
        return switch (hosts.ask(jail.host(), new ReadLog(read), read.patience().plus(FOR_THE_ANSWER))) {
            case Answered<LogPart>(LogPart part) -> {
                if (isStuck(read, part)) {
                    throw new LogUnreadable("its answers have no progress");
                }
                yield part;
            }
            case Unanswered<LogPart>(var _, String detail) -> throw new LogUnreadable(detail);
        };
    }

    /** Whether the same question would follow, without an end. Only a search may go on without having found a line. */
    private static boolean isStuck(LogRead read, LogPart part) {
        return !part.atEnd()
                && part.entries().isEmpty()
                && (read.containing().isEmpty() || read.from().equals(OptionalLong.of(part.next())));
    }
}
