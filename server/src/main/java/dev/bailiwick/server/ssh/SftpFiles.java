package dev.bailiwick.server.ssh;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.file.FileEvent;
import dev.bailiwick.server.jail.file.JailFileWork;
import dev.bailiwick.server.jail.file.content.FileHost;
import dev.bailiwick.server.jail.file.failure.FileNotFound;
import dev.bailiwick.server.jail.file.failure.FilesUnreachable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The files of a jail for one transfer, as long as the caller may work on them. */
final class SftpFiles implements FileHost {

    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final JailFileWork work;
    private final Caller caller;
    private final JailFileWork.Tree tree;
    private volatile long checked = System.nanoTime();

    SftpFiles(JailFileWork work, Caller caller, JailId jail) {
        this.work = work;
        this.caller = caller;
        this.tree = caller.rows().call(() -> work.open(caller, jail));
    }

    /**
     * Has the host do something.
     *
     * @throws dev.bailiwick.server.problem.Failure if it is not done, or the caller may not do it any more
     */
    <R extends FileResult> R ask(FileRequest request, Class<R> type) {
        requireAccess();
        return caller.rows().call(() -> work.ask(tree, request, type));
    }

    @Override
    public List<FileResult> ask(List<FileRequest> requests) {
        FileRequest.Batch batch = FileRequest.Batch.ofFirst(requests);
        List<FileResult> results = ask(batch, FileResult.Results.class).results();
        if (results.size() > batch.requests().size()) {
            throw new FilesUnreachable("the answer of the host is about something else");
        }
        return results;
    }

    /** Has the host change something, once that is recorded. */
    FileEntry change(FileEvent event, FileRequest request) {
        record(event);
        return ask(request, FileResult.Found.class).entry();
    }

    void record(FileEvent event) {
        requireAccess();
        caller.rows().run(() -> work.record(caller, tree, event));
    }

    /** Drops what an upload of this transfer has left, also if the caller may not work on the files any more. */
    void drop(FileRequest.DropUpload upload) {
        var _ = caller.rows().call(() -> work.ask(tree, upload, FileResult.Uploaded.class));
    }

    private void requireAccess() {
        if (System.nanoTime() - checked > PERIOD.toNanos()) {
            if (!caller.rows().call(() -> work.open(caller, tree.jail())).equals(tree)) {
                throw new FilesUnreachable("the jail has moved since the transfer began");
            }
            checked = System.nanoTime();
        }
    }

    /** Returns what is at a path; does not follow a link. */
    Optional<FileEntry> look(FilePath path) {
        try {
            return Optional.of(
                    ask(new FileRequest.Look(path), FileResult.Found.class).entry());
        } catch (FileNotFound absent) {
            return Optional.empty();
        }
    }
}
