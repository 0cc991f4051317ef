package dev.bailiwick.server.jail.file.failure;

import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Reason;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;

/** Says in problems why hosts have not done something. */
public final class FileRefusals {

    private FileRefusals() {}

    /**
     * Returns a result, if that is no refusal.
     *
     * @throws Failure saying why the host has not done it
     */
    public static <R extends FileResult> R done(FileResult result, Class<R> type) {
        if (result instanceof FileResult.Refused(Reason reason, String detail)) {
            throw failure(reason, detail);
        }
        if (!type.isInstance(result)) {
            throw new FilesUnreachable("the answer of the host is about something else");
        }
        return type.cast(result);
    }

    /** Returns the problem that a refusal is. */
    public static Failure failure(Reason reason, String detail) {
        return switch (reason) {
            case NOT_FOUND -> new FileNotFound(detail);
            case EXISTS -> new FileAlreadyExists(detail);
            case WRONG_KIND, MOUNTED, NOT_ALLOWED -> new FileUnsuitable(detail);
            case CHANGED -> new FileChanged(detail);
            case NO_SPACE -> new NoSpaceForFiles(detail);
            case INVALID -> new InvalidRequest("/path", "cannot be used: " + detail);
            case BUSY -> new FilesUnreachable(detail);
            case NO_FILES -> new NoFilesYet(detail);
        };
    }
}
