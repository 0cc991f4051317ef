package dev.bailiwick.server.jail.file.content;

import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import java.util.List;

/** The host of a jail, for one transfer. */
@FunctionalInterface
public interface FileHost {

    /**
     * Has the host do several things with one question, see {@link FileRequest.Batch}. Any thread may call it.
     *
     * @param requests at least one; those that are too many for one question are left out
     * @return what came of the first of them, of at least one
     * @throws dev.bailiwick.server.problem.Failure if none was tried, or the caller may no longer do it
     */
    List<FileResult> ask(List<FileRequest> requests);
}
