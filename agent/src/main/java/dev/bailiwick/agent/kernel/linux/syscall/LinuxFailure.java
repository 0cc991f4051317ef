package dev.bailiwick.agent.kernel.linux.syscall;

/** A failed system call; names the call, its subject and the errno. */
public final class LinuxFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Begins the subject of a call about the directory in which a command begins. */
    public static final String WORKING_DIRECTORY = "workingDirectory ";

    /** Begins the subject of a call, before execve, about the program that an init is to run. */
    public static final String PROGRAM = "program ";

    private final String call;
    private final int errno;

    private final String subject;

    public LinuxFailure(String call, String subject, int errno) {
        super(call + " " + subject + ": " + Errno.name(errno));
        this.call = call;
        this.subject = subject;
        this.errno = errno;
    }

    /** Returns the call's name as in the manual: {@code execve}. */
    public String call() {
        return call;
    }

    /** Returns what the call was about. */
    public String subject() {
        return subject;
    }

    public int errno() {
        return errno;
    }

    /** Returns an explanation for people whose jail did not start: usually its program cannot be executed. */
    public String inWords() {
        if (subject.startsWith(WORKING_DIRECTORY)) {
            return workingDirectoryInWords();
        }
        boolean executes = call.equals(SystemCall.EXECVE.text());
        if (!executes && !subject.startsWith(PROGRAM)) {
            return detail();
        }
        String why = switch (errno) {
            case Errno.ENOENT -> "does not exist in the jail, or its interpreter does not";
            case Errno.EACCES -> "is not an executable file";
            case Errno.ENOEXEC -> "has a format that this host cannot execute";
            case Errno.ENOTDIR -> "does not exist: part of its path is not a directory";
            case Errno.ELOOP -> "has too many symbolic links in its path";
            default -> "could not be executed";
        };
        return "the " + (executes ? PROGRAM : "") + subject + " " + why + " (" + call + ": " + Errno.name(errno) + ")";
    }

    private String workingDirectoryInWords() {
        String why = switch (errno) {
            case Errno.ENOENT -> "does not exist in the jail";
            case Errno.ENOTDIR -> "is not a directory";
            case Errno.EACCES -> "cannot be entered by the user of the command";
            case Errno.ELOOP -> "has too many symbolic links in its path, or one of those in /proc that lead out of it";
            default -> "cannot be entered";
        };
        return subject + " " + why + " (" + call + ": " + Errno.name(errno) + ")";
    }

    public String detail() {
        return String.valueOf(getMessage());
    }
}
