package dev.bailiwick.agent.kernel.linux.syscall;

/** A system call failed: names the call, what it was about, and the errno. */
public final class LinuxFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String call;
    private final int errno;

    private final String subject;

    public LinuxFailure(String call, String subject, int errno) {
        super(call + " " + subject + ": " + Errno.name(errno));
        this.call = call;
        this.subject = subject;
        this.errno = errno;
    }

    /** As the manual names it: {@code execve}. */
    public String call() {
        return call;
    }

    public int errno() {
        return errno;
    }

    /** For whoever looks at a jail that did not start: a program that cannot be executed is the most frequent reason. */
    public String inWords() {
        if (!call.equals(SystemCall.EXECVE.text())) {
            return detail();
        }
        String why = switch (errno) {
            case Errno.ENOENT -> "does not exist in the jail, or the interpreter that it names does not";
            case Errno.EACCES -> "is no file that may be executed";
            case Errno.ENOEXEC -> "is in no format that this host executes";
            case Errno.ENOTDIR -> "does not exist: part of its path is no directory";
            case Errno.ELOOP -> "is behind too many links";
            default -> "could not be executed";
        };
        return "the program " + subject + " " + why + " (execve: " + Errno.name(errno) + ")";
    }

    public String detail() {
        return String.valueOf(getMessage());
    }
}
