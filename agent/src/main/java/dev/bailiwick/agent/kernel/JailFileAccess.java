package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileWork;

/** What people do with the files of jails. */
public interface JailFileAccess {

    /**
     * Does something with the files of a jail, whether it runs or not, with the rights of its root. Takes a few seconds at most; may be called by
     * several threads of the platform, also for the same jail.
     *
     * @return what came of it; {@code Refused} if nothing was done
     */
    default FileResult work(FileWork work) {
        return new FileResult.Refused(
                FileResult.Reason.INVALID, "this host cannot give access to files of jails, except by a start");
    }
}
