package dev.bailiwick.agent.kernel.linux.syscall;

import dev.bailiwick.jail.report.EndCause;
import java.util.Optional;

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
    private final boolean exists;

    public LinuxFailure(String call, String subject, int errno) {
        this(call, subject, errno, false);
    }

    /** @param exists whether the subject is a file that exists */
    LinuxFailure(String call, String subject, int errno, boolean exists) {
        super(call + " " + subject + ": " + Errno.name(errno));
        this.call = call;
        this.subject = subject;
        this.errno = errno;
        this.exists = exists;
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
            case Errno.ENOENT ->
                exists ? "exists in the jail, but its interpreter does not" : "does not exist in the jail";
            case Errno.EACCES -> "is not an executable file";
            case Errno.EPERM -> "has file capabilities that no process of a jail can have";
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

    /** Returns the cause of a start that failed because of the command or its directory; empty for all other failures. */
    public Optional<EndCause> cause() {
        if (subject.startsWith(WORKING_DIRECTORY)) {
            return switch (errno) {
                case Errno.ENOENT, Errno.ENOTDIR -> Optional.of(EndCause.DIRECTORY_MISSING);
                case Errno.EACCES -> Optional.of(EndCause.PERMISSION_DENIED);
                default -> Optional.empty();
            };
        }
        if (!call.equals(SystemCall.EXECVE.text()) && !subject.startsWith(PROGRAM)) {
            return Optional.empty();
        }
        return switch (errno) {
            case Errno.ENOENT -> Optional.of(exists ? EndCause.INTERPRETER_MISSING : EndCause.COMMAND_NOT_FOUND);
            case Errno.ENOTDIR -> Optional.of(EndCause.COMMAND_NOT_FOUND);
            case Errno.EACCES -> Optional.of(EndCause.NOT_EXECUTABLE);
            case Errno.EPERM -> Optional.of(EndCause.PRIVILEGE_REFUSED);
            case Errno.ENOEXEC -> Optional.of(EndCause.WRONG_FORMAT);
            default -> Optional.empty();
        };
    }

    public String detail() {
        return String.valueOf(getMessage());
    }
}
