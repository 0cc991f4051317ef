package dev.bailiwick.jail.report;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Why the program of a jail probably ended by itself, or could not be started: what happened, and what to do about it.
 *
 * <p>Most causes have a pattern for a line of the program's own output. The output is not trusted: the patterns are fixed, each is
 * applied to one short line, and none can take longer than the square of its length. If a line fits several causes, the first of them
 * counts.
 */
public enum EndCause {
    MEMORY_LIMIT(
            "MemoryLimit",
            "the kernel killed a process because the jail had used all the memory that it may have",
            "Raise the memory limit of the jail, or make the program use less."),
    CALL_BLOCKED(
            "CallBlocked",
            "the program made a system call that the policy answers by ending it (SIGSYS)",
            "Find the call among the blocked calls of the jail, and change the policy if the program needs it.",
            "bad system call|SIGSYS"),
    WRONG_PROFILE(
            "WrongProfile",
            "the command is an init such as systemd, which this policy profile does not let boot",
            "Give the jail the policy profile system, or give it a daemon as its command.",
            "failed to mount api filesystems|not been booted with systemd"),
    PROCESS_LIMIT(
            "ProcessLimit",
            "the jail had as many processes and threads as it may have",
            "Raise the process limit of the jail, or make the program start fewer.",
            "unable to create (new )?native thread|can(no|')t fork|can't start new thread|pthread_create.{0,40}(fail|EAGAIN)"
                    + "|failed to create new os thread"
                    + "|(fork|thread|clone).{0,80}resource temporarily unavailable"),
    OUT_OF_MEMORY(
            "OutOfMemory",
            "the program got no more memory",
            "Raise the memory limit of the jail, or the program's own limit.",
            "out of memory|cannot allocate memory|OutOfMemoryError|bad_alloc|memory exhausted|\\bENOMEM\\b"
                    + "|could not reserve enough space|insufficient memory"),
    FILE_LIMIT(
            "FileLimit",
            "the program had as many files open as it may have",
            "Raise the number of open files at the beginning of the command (ulimit -n), or make the program open fewer.",
            "too many open files|\\bEMFILE\\b"),
    DISK_FULL(
            "DiskFull",
            "there was no space, or there were no inodes left, on a file system of the jail",
            "Free space: df -h and df -i in the jail show where. /tmp, /run and /dev/shm are in memory and small.",
            "no space left on device|disk full|\\bENOSPC\\b"),
    QUOTA(
            "QuotaReached",
            "the jail had used up its share of the disk",
            "Delete files of the jail, or raise its quota.",
            "disk quota exceeded|\\bEDQUOT\\b"),
    READ_ONLY(
            "ReadOnly",
            "the program wrote to a path that is read-only in the jail",
            "Use a path below /var, /srv or /tmp. With the base thin, /usr belongs to the host and is read-only.",
            "read-only file ?system|\\bEROFS\\b"),
    ALREADY_RUNNING(
            "AlreadyRunning",
            "the program found another instance of itself, or a file that an earlier run has left",
            "Let the jail run it once. Remove the file with its process id (.pid) before it starts, or keep that file below /run.",
            "already running|can't lock .{0,120}pid|another .{0,60}(instance|process).{0,60}(listen|running|using)"
                    + "|lock file .{0,160}already exists"),
    PORT_TAKEN(
            "PortTaken",
            "the port or socket that the program listens on was already in use in the jail",
            "Let only one program of the jail listen there; remove a socket file that an earlier run left.",
            "address already in use|\\bEADDRINUSE\\b|port .{0,40}already (in use|allocated)|^.{0,80}connection in use:"),
    ADDRESS_MISSING(
            "AddressMissing",
            "the program listens on an address that the jail does not have",
            "Listen on all addresses (0.0.0.0 and ::), or on an address of the jail.",
            "cannot assign requested address|can't assign requested address|\\bEADDRNOTAVAIL\\b"),
    PORT_FORBIDDEN(
            "PortForbidden",
            "a user other than root listened on a port below 1024",
            "Use a port from 1024 on, or let the program start as root of the jail and give up root itself.",
            "^(?!.*(unix|/run/|/var/)).*(bind|listen|make_sock|socket).{0,120}(permission denied|\\bEACCES\\b)"
                    + "|permission denied.{0,80}(could not bind|make_sock|bind\\()|permission to access that port"),
    PRIVILEGE_REFUSED(
            "PrivilegeRefused",
            "a program needs a privilege that no process of a jail can gain (set-user-ID, file capabilities)",
            "Start as root of the jail what needs root. sudo, ping and mail programs with set-user-ID do not work in a jail.",
            "no new privileges|no_new_privs|setuid bit set|effective uid is not 0|SOCK_RAW|must be (setuid|suid|superuser)"
                    + "|(missing|unable to set) cap_|failed to set capabilities|permission to (perform this )?capture"),
    ROOT_REFUSED(
            "RootRefused",
            "the program does not want to run as root",
            "Name a user of the jail for the command, such as postgres, mysql or www-data (user).",
            "root. execution of .{0,80}not permitted|how to run .{0,40}as root|(must not|cannot|can't|do not|don't|refus\\w+ to|not allowed to)"
                    + " (be )?(run|start|execut)\\w* .{0,80}(as |by |under )(the )?(super-?user|root)\\b|running as root without"),
    LIBRARY_MISSING(
            "LibraryMissing",
            "a library that the program needs is missing or too old",
            "Install the library in the jail, or a build of the program for this system.",
            "error while loading shared libraries|symbol lookup error|cannot open shared object file"
                    + "|version .{0,40} not found \\(required by|ModuleNotFoundError|no module named"),
    USER_UNKNOWN(
            "UserUnknown",
            "the program runs as a user or group that the jail does not have",
            "Create the user in the jail (useradd), or name another one. With the base thin, a new jail has only root, daemon,"
                    + " www-data and nobody.",
            "getpwnam|getgrnam|cannot get [ug]id for|(unknown|invalid|no such|bad) (user|group|spec)\\b|(user|group) .{0,80}(does not|doesn't) exist"
                    + "|(can't|cannot|could not|unable to) find (the )?(user|group)"),
    DIRECTORY_MISSING(
            "DirectoryMissing",
            "a directory that the program needs is missing",
            "Create the directory before the program starts. /run, /tmp and /dev/shm are empty after each start; directories below /run can be listed in runDirectories.",
            "missing privilege separation directory|/(run|tmp|shm|var)/.{0,160}no such file or directory"
                    + "|no such file or directory.{0,160}/(run|tmp|shm|var)/|bind on unix socket: no such file or directory"
                    + "|no such directory|directory nonexistent|directory .{0,120}does not exist|must be a valid directory"
                    + "|is not a directory|(change dir|chdir|access directory).{0,160}no such file"),
    WRONG_FORMAT(
            "WrongFormat",
            "a program has a format that this host cannot execute: it is built for another architecture, or is a script without #!",
            "Use a program for this host's architecture; begin a script with #! and the path of its interpreter.",
            "exec format error|cannot execute binary file|\\bENOEXEC\\b"),
    INTERPRETER_MISSING(
            "InterpreterMissing",
            "the interpreter of a program is missing: the one of its #! line, or the loader that it was linked for",
            "Install the interpreter in the jail, or correct the #! line. A program linked for another C library needs that one.",
            "bad interpreter|^(/usr/bin/)?env: .{0,120}no such file or directory"),
    COMMAND_NOT_FOUND(
            "CommandNotFound",
            "a program does not exist in the jail",
            "Correct its path, or install it in the jail.",
            "command not found|: not found$|executable file not found|cannot run program|exec .{0,200} failed: no such file"),
    NAME_NOT_RESOLVED(
            "NameNotResolved",
            "the name of another machine could not be resolved",
            "Check the name, and whether the jail has name servers (/etc/resolv.conf).",
            "name resolution|name or service not known|could not resolve|getaddrinfo|\\bEAI_AGAIN\\b|\\bENOTFOUND\\b"),
    PEER_UNREACHABLE(
            "PeerUnreachable",
            "another program or machine did not answer",
            "Check whether the other side runs, and whether the jail may reach it.",
            "connection refused|connection timed out|no route to host|network is unreachable"
                    + "|\\b(ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT)\\b"),
    FILE_MISSING(
            "FileMissing",
            "a file that the program needs is missing",
            "Create the file in the jail, or correct its path.",
            "no such file or directory|\\bENOENT\\b|file not found|FileNotFoundException(?!.*permission denied)|NoSuchFileException"
                    + "|unable to access jarfile|could not find or load main class|ClassNotFoundException|cannot find module"
                    + "|no hostkeys available"),
    NOT_EXECUTABLE(
            "NotExecutable",
            "a program exists but may not be executed",
            "Make it executable (chmod +x). On /dev/shm, /proc and /sys nothing can be executed.",
            "cannot execute:|: cannot execute"),
    PERMISSION_DENIED(
            "PermissionDenied",
            "the program's user may not use a file, a directory or a port",
            "Check the owner and the mode of the file, and of the directories above it. Files in /usr of the base thin belong to"
                    + " nobody in the jail. Only root listens on ports below 1024.",
            "permission denied|access denied|AccessDeniedException|\\bEACCES\\b|(invalid|bad) permissions|wrong ownership"
                    + "|not have the access rights"),
    OPERATION_REFUSED(
            "OperationRefused",
            "the kernel did not permit an operation: it needs a privilege that jails do not have, or the policy blocks the call",
            "Look at the blocked calls of the jail. What needs a capability that the jail does not have is not listed there.",
            "operation not permitted|\\bEPERM\\b"),
    CRASHED(
            "Crashed",
            "a program made a fault and the kernel or the program itself ended it",
            "This is a fault of the program. Its output may say more; a jail keeps no core files."),
    KILLED_FROM_OUTSIDE(
            "KilledFromOutside",
            "somebody killed it with SIGKILL: an operator of the host, or the host itself when its memory was exhausted",
            "Look at the log of the host's kernel, and give the jail a memory limit."),
    ENDED_BY_SIGNAL(
            "EndedBySignal",
            "a process of the jail, or an operator of the host, sent it a signal that ends it",
            "To stop a jail, stop it here. A jail whose init ends by itself is started again, unless its restartPolicy says otherwise."),
    ENDS_AT_ONCE(
            "EndsAtOnce",
            "the command ends at once, without an error, each time",
            "A jail runs as long as its command: give one that stays in the foreground, such as nginx -g 'daemon off;'. If it has to run only once, choose on-failure or never as restartPolicy."),
    UNEXPLAINED(
            "LastOutput",
            "its output does not fit any known cause",
            "Read the log of the jail: the page Log, or GET /jails/{id}/logs.");

    private final String reason;
    private final String words;
    private final String advice;
    private final Optional<Pattern> pattern;

    EndCause(String reason, String words, String advice) {
        this.reason = reason;
        this.words = words;
        this.advice = advice;
        this.pattern = Optional.empty();
    }

    EndCause(String reason, String words, String advice, String pattern) {
        this.reason = reason;
        this.words = words;
        this.advice = advice;
        this.pattern = Optional.of(Pattern.compile(pattern, Pattern.CASE_INSENSITIVE));
    }

    /** Returns the {@link Condition#reason}. */
    public String reason() {
        return reason;
    }

    /** Returns what happened, as a part of a sentence. */
    public String words() {
        return words;
    }

    /** Returns what to do about it, in one or two sentences. */
    public String advice() {
        return advice;
    }

    /** Returns whether a line of output says that this happened. */
    public boolean fits(String line) {
        return pattern.filter(p -> p.matcher(line).find()).isPresent();
    }

    /** Returns the first cause that a line of output fits. */
    public static Optional<EndCause> inLine(String line) {
        return Arrays.stream(values()).filter(cause -> cause.fits(line)).findFirst();
    }

    /** Returns the cause with this {@link #reason}. */
    public static Optional<EndCause> of(String reason) {
        return Arrays.stream(values())
                .filter(cause -> cause.reason.equals(reason))
                .findFirst();
    }
}
