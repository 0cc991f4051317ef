package dev.bailiwick.agent.kernel.linux.files;

import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.file.FileResult.Reason;
import dev.bailiwick.jail.file.FileResult.Refused;

/** A request about files was refused, by the kernel or because of what is there. */
final class FileRefused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    FileRefused(Reason reason, String detail) {
        super(detail);
        this.reason = reason;
    }

    Refused result() {
        return new Refused(reason, String.valueOf(getMessage()));
    }

    /** Returns what a failed call means for whoever asked. */
    static Refused of(LinuxFailure failure) {
        return switch (failure.errno()) {
            case Errno.ENOENT -> refused(Reason.NOT_FOUND, "nothing is at the path, or a link there leads nowhere");
            case Errno.EEXIST -> refused(Reason.EXISTS, "something is at the path");
            case Errno.ENOTEMPTY -> refused(Reason.EXISTS, "the directory there is not empty");
            case Errno.ENOTDIR -> refused(Reason.WRONG_KIND, "a part of the path is not a directory");
            case Errno.EISDIR -> refused(Reason.WRONG_KIND, "a directory is there");
            case Errno.EXDEV -> refused(Reason.MOUNTED, MOUNTED);
            case Errno.ENOSPC, Errno.EDQUOT ->
                refused(Reason.NO_SPACE, "the disk of the host, or the share of the jail, is full");
            case Errno.EACCES, Errno.EPERM, Errno.EROFS ->
                refused(Reason.NOT_ALLOWED, "the kernel does not allow it to root of the jail");
            case Errno.ELOOP -> refused(Reason.INVALID, "the path has too many symbolic links");
            case Errno.ENAMETOOLONG -> refused(Reason.INVALID, "the path is too long");
            case Errno.EAGAIN, Errno.EBUSY ->
                refused(Reason.BUSY, "the file is in use, or the jail renames it meanwhile");
            case Errno.EINTR, Errno.EIO, Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM ->
                refused(Reason.BUSY, "the host cannot do it now (" + failure.detail() + ")");
            default -> refused(Reason.INVALID, "the kernel refused it (" + failure.detail() + ")");
        };
    }

    static final String MOUNTED =
            "another file system is mounted there, which only processes in the jail can see: run a command in the jail instead";

    private static Refused refused(Reason reason, String detail) {
        return new Refused(reason, detail);
    }
}
