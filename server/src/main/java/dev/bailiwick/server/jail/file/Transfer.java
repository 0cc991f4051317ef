package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.jail.file.content.FileHost;
import dev.bailiwick.server.jail.file.failure.FilesUnreachable;
import java.time.Duration;
import java.util.List;

/**
 * A request that has a host work on files of a jail part by part, which may take hours. It fails within two seconds after its caller may no
 * longer make it, or the jail has moved.
 */
final class Transfer implements FileHost, AutoCloseable {

    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final JailFileWork files;
    private final Caller caller;
    private final JailFileWork.Tree tree;
    private final TransferBound.Place bound;
    private final OpenStreams.Place place;
    private volatile boolean isWithdrawn;
    private volatile long checked = System.nanoTime();

    /**
     * @throws TooManyTransfers if the user has the maximum number of them at this server
     * @throws dev.bailiwick.server.account.stream.TooManyStreams if the caller has the maximum number of streams open
     */
    Transfer(JailFileWork files, OpenStreams streams, Caller caller, Credential credential, JailFileWork.Tree tree) {
        this.files = files;
        this.caller = caller;
        this.tree = tree;
        this.bound = files.transfers().begin(caller.user());
        try {
            this.place = streams.admit(caller, credential, () -> isWithdrawn = true);
        } catch (RuntimeException e) {
            bound.close();
            throw e;
        }
    }

    JailFileWork.Tree tree() {
        return tree;
    }

    /**
     * Has the host do the next part, see {@link JailFileWork#ask}.
     *
     * @throws dev.bailiwick.server.problem.Failure also if the caller may no longer do it
     */
    <R extends FileResult> R ask(FileRequest request, Class<R> type) {
        return caller.rows().call(() -> {
            requireAllowed(isEnd(request));
            return files.ask(tree, request, type);
        });
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

    /**
     * Does nothing while the caller may do it.
     *
     * @throws dev.bailiwick.server.problem.Failure if the caller may no longer do it, or the jail has moved
     */
    void requireAllowed() {
        requireAllowed(false);
    }

    private void requireAllowed(boolean isNow) {
        if (isWithdrawn) {
            throw new RightMissing(Right.FILES);
        }
        if (isNow || System.nanoTime() - checked > PERIOD.toNanos()) {
            if (!files.open(caller, tree.jail()).equals(tree)) {
                throw new FilesUnreachable("the jail has moved since the request began");
            }
            checked = System.nanoTime();
        }
    }

    private static boolean isEnd(FileRequest request) {
        return switch (request) {
            case FileRequest.Write write -> write.end().isPresent();
            case FileRequest.Batch(List<FileRequest> requests) ->
                requests.stream().anyMatch(Transfer::isEnd);
            default -> false;
        };
    }

    @Override
    public void close() {
        place.close();
        bound.close();
    }
}
