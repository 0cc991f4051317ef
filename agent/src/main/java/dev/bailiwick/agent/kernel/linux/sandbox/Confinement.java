package dev.bailiwick.agent.kernel.linux.sandbox;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.host.CoreDumps;
import dev.bailiwick.agent.kernel.linux.host.ProcessLimit;
import dev.bailiwick.agent.kernel.linux.root.JailUser;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.seccomp.SeccompFilter;
import dev.bailiwick.jail.syscall.Profile;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The calls with which a child permanently gives up everything that the jail's init must not have. */
final class Confinement {

    private static final int AFTER_STANDARD_STREAMS = 3;
    private static final String INIT = "init";
    private static final long FILES = 1_024;

    /** At most the agent's own limit, which the child cannot raise. */
    private static final long FILES_OF_AGENT = Linux.hardLimit(Constants.RLIMIT_NOFILE);

    private static final long MAX_FILES = Math.min(65_536, FILES_OF_AGENT);

    private static final long MAX_PROCESSES = ProcessLimit.adopted();

    private final SpawnProgram program;
    private final Capabilities capabilities;
    private final Signals signals;

    Confinement(SpawnProgram program) {
        this.program = program;
        this.capabilities = new Capabilities(program);
        this.signals = new Signals(program);
    }

    /**
     * A child cannot have a higher limit than the agent.
     *
     * @throws KernelRefusal if the definition names one
     */
    static void requireFiles(Limits limits) {
        limits.of(Limit.FILES).ifPresent(files -> {
            if (files > FILES_OF_AGENT) {
                throw KernelRefusal.permanent(
                        "FilesLimitTooHigh",
                        "limits.files is " + files + ", and the agent of this host may only give " + FILES_OF_AGENT
                                + ": raise its own limit (LimitNOFILE= of its unit, or ulimit -n)");
            }
        });
    }

    /** Makes the child die with the agent's thread until it executes the init: nobody else would clean up. */
    void dieWithAgent() {
        program.run("SIGKILL", SystemCall.PRCTL, Operand.of(Constants.PR_SET_PDEATHSIG), Operand.of(Constants.SIGKILL));
    }

    /** Lets the jail survive the agent. */
    void outliveAgent() {
        program.run("none", SystemCall.PRCTL, Operand.of(Constants.PR_SET_PDEATHSIG), Operand.ZERO);
    }

    /** Makes the child root of its own user namespace; the id maps must have been written. */
    void becomeRoot() {
        program.run("none", SystemCall.SETGROUPS, Operand.ZERO, Operand.ZERO);
        program.run("0", SystemCall.SETRESGID, Operand.ZERO, Operand.ZERO, Operand.ZERO);
        program.run("0", SystemCall.SETRESUID, Operand.ZERO, Operand.ZERO, Operand.ZERO);
        // The change of ids has set the dumpability of the memory shared with the agent to fs.suid_dumpable.
        program.run("not dumpable", SystemCall.PRCTL, Operand.of(Constants.PR_SET_DUMPABLE), Operand.ZERO);
    }

    /** Makes the child the leader of a session of its own. */
    void ownSession() {
        program.run("session", SystemCall.SETSID);
    }

    /** Makes the standard input the controlling terminal of the child's session. */
    void ownTerminal() {
        program.run("terminal", SystemCall.IOCTL, Operand.ZERO, Operand.of(Constants.TIOCSCTTY), Operand.ZERO);
    }

    /** Gives the child its own umask and keyring, an empty signal mask, and no ignored signal. */
    void beginAnew() {
        program.run("022", SystemCall.UMASK, Operand.of(022));
        signals.reset();
        // Otherwise it would share the agent's keyring, and so the keyring of other jails: session-keyring(7).
        program.runTolerating(
                Errno.ENOSYS,
                "session keyring",
                SystemCall.KEYCTL,
                Operand.of(Constants.KEYCTL_JOIN_SESSION_KEYRING),
                Operand.ZERO);
    }

    /** Keeps signals for the agent's init, which must be executed next. */
    void holdSignals() {
        signals.blockAll();
    }

    /**
     * Limits the resources of the init. Must come after the child has opened its last descriptor: it has copies of the agent's
     * descriptors, and with many jails these are more than the limit.
     */
    void limitResources(Limits limits) {
        OptionalLong files = limits.of(Limit.FILES);
        limitResources(files.orElse(FILES), files.orElse(MAX_FILES));
    }

    /** @param softFiles how many files the child can have open, {@code hardFiles} how far it can raise that itself */
    void limitResources(long softFiles, long hardFiles) {
        limit("core files", Constants.RLIMIT_CORE, CoreDumps.LIMIT, CoreDumps.LIMIT);
        limit("open files", Constants.RLIMIT_NOFILE, softFiles, hardFiles);
        limit("processes", Constants.RLIMIT_NPROC, MAX_PROCESSES, MAX_PROCESSES);
    }

    /** Drops all capabilities except those of the profile, permanently, also for all later programs: capabilities(7). */
    void dropCapabilities(Profile profile, Privileges privileges) {
        capabilities.dropAllBut(profile, privileges);
    }

    /**
     * Makes the child another user of its jail, permanently: setresuid(2) clears all capabilities, which root had to keep until now. Must
     * come before {@link #filter}, because the policy may deny these calls.
     */
    void become(JailUser user, Privileges privileges) {
        Pointer groups = program.memory().bytes(4L * user.groups().size());
        for (int i = 0; i < user.groups().size(); i++) {
            groups.setInt(4L * i, user.groups().get(i));
        }
        Operand group = Operand.of(user.groups().getFirst());
        Operand id = Operand.of(user.id());
        program.run("groups", SystemCall.SETGROUPS, Operand.of(user.groups().size()), Operand.of(groups));
        program.run("group " + user.groups().getFirst(), SystemCall.SETRESGID, group, group, group);
        if (privileges == Privileges.SETUID) {
            capabilities.keepOnce();
        }
        program.run("user " + user.id(), SystemCall.SETRESUID, id, id, id);
        if (privileges == Privileges.SETUID) {
            capabilities.keepOnlyForFilter();
        }
        // As in becomeRoot: the memory is still the agent's.
        program.run("not dumpable", SystemCall.PRCTL, Operand.of(Constants.PR_SET_DUMPABLE), Operand.ZERO);
    }

    /**
     * Enters the directory in which the command begins, with the rights of its user. Follows links of the jail, but none of /proc: these
     * would lead to the descriptors of the agent, which the child still has.
     */
    void enter(WorkingDirectory directory) {
        String subject = LinuxFailure.WORKING_DIRECTORY + directory;
        Operand.Slot opened = program.keep(
                subject,
                SystemCall.OPENAT2,
                Operand.CURRENT_DIRECTORY,
                program.text(directory.value()),
                Operand.of(Linux.how(
                        program.memory(),
                        Constants.O_PATH | Constants.O_DIRECTORY | Constants.O_CLOEXEC,
                        0,
                        Constants.RESOLVE_NO_MAGICLINKS)),
                Operand.of(24));
        program.run(subject, SystemCall.FCHDIR, opened);
    }

    /**
     * Installs the filter; only calls that the policy allows are possible afterwards. The policy must allow close_range and execve, which
     * spawn.c still makes.
     */
    void filter(SeccompFilter filter, Privileges privileges) {
        Pointer instructions = program.memory().copy(filter.program());
        Pointer descriptor = program.memory().bytes(16); // struct sock_fprog
        descriptor.setShort(0, (short) filter.length());
        descriptor.setPointer(8, instructions);
        if (privileges == Privileges.NONE) {
            program.run(
                    "no new privileges",
                    SystemCall.PRCTL,
                    Operand.of(Constants.PR_SET_NO_NEW_PRIVS),
                    Operand.of(1),
                    Operand.ZERO,
                    Operand.ZERO,
                    Operand.ZERO);
        }
        program.run(
                filter.length() + " instructions",
                SystemCall.SECCOMP,
                Operand.of(Constants.SECCOMP_SET_MODE_FILTER),
                // Blocked calls are reported to the kernel's audit, where Denials counts them; allowed calls cost no
                // more.
                Operand.of(Constants.SECCOMP_FILTER_FLAG_LOG),
                Operand.of(descriptor));
    }

    /**
     * Fails if the command is a path to the process's own program, which is the agent's until execve. If the command does not exist,
     * execve reports that.
     */
    void refuseOwnProgram(List<String> argv) {
        program.executes(program.keepTolerating(
                Errno.ENOENT,
                argv.getFirst(),
                SystemCall.OPENAT2,
                Operand.CURRENT_DIRECTORY,
                program.text(argv.getFirst()),
                itself(),
                Operand.of(24)));
    }

    /** Fails like {@link #refuseOwnProgram}, and also if the command does not exist: an init could only report that after the start. */
    void requireProgram(List<String> argv) {
        program.run(
                LinuxFailure.PROGRAM + argv.getFirst(),
                SystemCall.OPENAT2,
                Operand.CURRENT_DIRECTORY,
                program.text(argv.getFirst()),
                itself(),
                Operand.of(24));
    }

    private Operand itself() {
        return Operand.of(Linux.how(
                program.memory(), Constants.O_PATH | Constants.O_CLOEXEC, 0, Constants.RESOLVE_NO_MAGICLINKS));
    }

    /** Closes all descriptors of the agent, then executes the jail's init. */
    void execute(List<String> argv, List<String> environment) {
        closeFrom(AFTER_STANDARD_STREAMS);
        execute(argv.getFirst(), argv.getFirst(), argv, environment);
    }

    /** Prepares {@link #executeBelow}. Must come before {@link #filter}, because the policy may deny dup3; no other descriptor is needed after it. */
    void keepOnly(Descriptor init) {
        if (init.number() != AFTER_STANDARD_STREAMS) {
            program.run(
                    INIT,
                    SystemCall.DUP3,
                    Operand.of(init.number()),
                    Operand.of(AFTER_STANDARD_STREAMS),
                    Operand.of(Constants.O_CLOEXEC));
        }
    }

    /**
     * Closes all descriptors of the agent, then executes the program of {@link #keepOnly}, which runs the command as its child. The policy need
     * not allow execveat(2): the program has a path by its descriptor, which execve closes.
     */
    void executeBelow(List<String> argv, List<String> environment) {
        closeFrom(AFTER_STANDARD_STREAMS + 1);
        execute(
                INIT,
                "/proc/self/fd/" + AFTER_STANDARD_STREAMS,
                Stream.concat(Stream.of(INIT), argv.stream()).toList(),
                environment);
    }

    private void closeFrom(int first) {
        program.run(
                "all but the standard streams",
                SystemCall.CLOSE_RANGE,
                Operand.of(first),
                Operand.of(Constants.EVERY_DESCRIPTOR),
                Operand.ZERO);
    }

    private void execute(String subject, String path, List<String> argv, List<String> environment) {
        program.run(
                subject,
                SystemCall.EXECVE,
                program.text(path),
                Operand.of(program.memory().texts(argv)),
                Operand.of(program.memory().texts(environment)));
    }

    private void limit(String subject, int resource, long soft, long hard) {
        Pointer limits = program.memory().bytes(16);
        limits.setLong(0, soft);
        limits.setLong(8, hard);
        program.run(
                subject, SystemCall.PRLIMIT64, Operand.ZERO, Operand.of(resource), Operand.of(limits), Operand.ZERO);
    }
}
