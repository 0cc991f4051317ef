package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileWork;
import dev.bailiwick.jail.question.HostAnswer.FilesOutcome;
import dev.bailiwick.jail.question.HostQuestion.WorkOnFiles;
import dev.bailiwick.jail.question.HostReply.Answered;
import dev.bailiwick.jail.question.HostReply.Unanswered;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.host.HostCalls;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.ReadingEvent;
import dev.bailiwick.server.jail.StaffReads;
import dev.bailiwick.server.jail.file.failure.FileRefusals;
import dev.bailiwick.server.jail.file.failure.FilesUnreachable;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Has hosts work on the files of jails, for those who may. */
@Service
public class JailFileWork {

    /** A host takes about 2 s at most for a request, and may have to wait for others. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static final Duration MAX_WAIT = Duration.ofSeconds(5);
    private static final int TURNS = 1_024;

    private final JailActions actions;
    private final HostCalls hosts;
    private final Audit audit;
    private final StaffReads staff;
    private final TransferBound transfers = new TransferBound();
    /** Each for the jails whose ids have one remainder, so that what is done with files of one jail leaves room for the others of its host. */
    private final Semaphore[] turns = new Semaphore[TURNS];

    JailFileWork(JailActions actions, HostCalls hosts, Audit audit, StaffReads staff) {
        Arrays.setAll(turns, _ -> new Semaphore(Bound.FILE_QUESTIONS_OF_A_JAIL.value(), true));
        this.actions = actions;
        this.hosts = hosts;
        this.audit = audit;
        this.staff = staff;
    }

    /** Returns the bound on what users send, receive or remove at a time. */
    TransferBound transfers() {
        return transfers;
    }

    /** The files of a jail that the caller may read and change. */
    public record Tree(HostId host, JailId jail, CustomerId customer, RootPath root, Base base) {}

    /**
     * Returns the files of a jail.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     * @throws dev.bailiwick.server.account.RightMissing if the caller does not have its files
     */
    @Transactional
    public Tree open(Caller caller, JailId id) {
        return openNamed(caller, id).tree();
    }

    /** The files of a jail, and its name. */
    record NamedTree(Tree tree, String name) {}

    /** Returns the files of a jail for a page, as {@link #open} does. */
    @Transactional
    NamedTree openNamed(Caller caller, JailId id) {
        JailView jail = actions.require(caller, Right.FILES, id);
        staff.record(caller, jail.customer(), id, new ReadingEvent.Files());
        Tree tree = new Tree(
                jail.host(),
                id,
                jail.customer(),
                jail.definition().path(),
                jail.definition().base());
        return new NamedTree(tree, jail.definition().name().value());
    }

    /** Records that the caller changes files. */
    @Transactional
    public void record(Caller caller, Tree tree, FileEvent event) {
        audit.record(
                caller.actor(),
                Subject.of("jail", tree.jail()).visibleTo(tree.customer().value()),
                event);
    }

    /**
     * Has the host do something. Must not be called in a transaction.
     *
     * @param type of the result that the request has
     * @throws FilesUnreachable if the host does not answer, or cannot do it now
     * @throws Failure saying why the host has not done it
     */
    public <R extends FileResult> R ask(Tree tree, FileRequest request, Class<R> type) {
        Semaphore turn = turns[Math.floorMod(tree.jail().hashCode(), TURNS)];
        if (!awaits(turn)) {
            throw new FilesUnreachable("other requests work on files of the jail");
        }
        try {
            return askNow(tree, request, type);
        } finally {
            turn.release();
        }
    }

    private static boolean awaits(Semaphore turn) {
        try {
            return turn.tryAcquire(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private <R extends FileResult> R askNow(Tree tree, FileRequest request, Class<R> type) {
        FileWork work = new FileWork(tree.jail(), tree.root(), tree.base(), request);
        return switch (hosts.ask(tree.host(), new WorkOnFiles(work), LIMIT)) {
            case Answered<FilesOutcome>(FilesOutcome(FileResult result)) -> FileRefusals.done(result, type);
            case Unanswered<FilesOutcome>(var reason, String detail) ->
                throw new FilesUnreachable(detail.isEmpty() ? reason.text() : detail);
        };
    }
}
