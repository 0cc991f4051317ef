package dev.bailiwick.agent.kernel.linux;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.AT_FDCWD;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_DIRECTORY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_WRONLY;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.CommandProcess;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.RunningJails.RunningJail;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.command.CommandRunner;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.root.JailUser;
import dev.bailiwick.agent.kernel.linux.root.JailUsers;
import dev.bailiwick.agent.kernel.linux.sandbox.JailEntry;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.seccomp.SeccompCompiler;
import dev.bailiwick.jail.syscall.Architecture;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Enters running jails. What confines a command is read from the jail's first process, and not from a definition that may be newer. */
final class Commands {

    private static final String HIERARCHY = "0::/";
    private static final String OPEN_FILES = "Max open files";
    private static final String NO_NEW_PRIVILEGES = "NoNewPrivs:\t1";

    /** So that one jail does not use up what a host runs. */
    private static final int MAX_OF_JAIL = 4;

    private final KernelParts parts;
    private final RunningJails running;
    private final Map<JailId, Integer> current = new ConcurrentHashMap<>();

    Commands(KernelParts parts, RunningJails running) {
        this.parts = parts;
        this.running = running;
    }

    /** See {@link dev.bailiwick.agent.kernel.JailCommands#run}. */
    CommandEnd run(CommandRun run) {
        if (current.merge(run.jail(), 1, Integer::sum) > MAX_OF_JAIL) {
            leave(run.jail());
            return CommandEnd.refused("TooManyCommands", MAX_OF_JAIL + " commands run in the jail already");
        }
        try {
            return runIn(running.find(run.jail()).orElseThrow(Commands::notRunning), run);
        } catch (KernelRefusal e) {
            return CommandEnd.refused(e.reason(), e.detail());
        } catch (LinuxFailure e) {
            return CommandEnd.refused(reason(e, run.command()), e.inWords());
        } finally {
            leave(run.jail());
        }
    }

    /** See {@link dev.bailiwick.agent.kernel.JailCommands#begin}. */
    CommandProcess begin(SessionStart start) {
        RunningJail jail = running.find(start.jail()).orElseThrow(Commands::notRunning);
        try {
            return entering(
                    jail,
                    start.jail(),
                    start.user(),
                    (entry, way, root, user) -> CommandRunner.begin(entry, way, root, user, jail.range(), start));
        } catch (LinuxFailure e) {
            throw KernelRefusal.transientFailure(reason(e, start.command()), e.inWords());
        }
    }

    private void leave(JailId jail) {
        current.computeIfPresent(jail, (_, count) -> count == 1 ? null : count - 1);
    }

    private static String reason(LinuxFailure failure, Command command) {
        if (failure.subject().startsWith(LinuxFailure.WORKING_DIRECTORY)) {
            return "DirectoryUnusable";
        }
        return failure.subject().equals(command.argv().getFirst()) ? "ProgramUnusable" : "EntryFailed";
    }

    private CommandEnd runIn(RunningJail jail, CommandRun run) {
        return entering(
                jail,
                run.jail(),
                run.user(),
                (entry, way, root, user) -> CommandRunner.run(entry, way, user, jail.range(), run));
    }

    /** What is done with a way into a jail. */
    private interface Entering<T> {
        T enter(JailEntry entry, JailEntry.Way way, Descriptor root, Optional<JailUser> user);
    }

    private <T> T entering(RunningJail jail, JailId id, Optional<CommandUser> wanted, Entering<T> entering) {
        int pid = jail.initPid();
        try (Descriptor init = jail.process().copy().orElseThrow(Commands::notRunning);
                Descriptor root = Linux.openat2(AT_FDCWD, "/proc/" + pid + "/root", O_PATH | O_DIRECTORY, 0, 0);
                Descriptor processes = Linux.openat2(
                        AT_FDCWD,
                        cgroupOf(pid, jail.range()).resolve("cgroup.procs").toString(),
                        O_WRONLY,
                        0,
                        0);
                Descriptor interpreter = parts.files().openEntry()) {
            JailEntry.Confines confines = confines(id, pid);
            // While the process has not been reaped, its id is that of no other.
            if (Linux.hasEnded(init)) {
                throw notRunning();
            }
            Optional<JailUser> user = wanted.map(name -> JailUsers.in(root).find(name, "user " + name));
            long killedBefore = parts.cgroups().memoryKills(jail.range());
            try {
                return entering.enter(
                        new JailEntry(confines), new JailEntry.Way(interpreter, init, processes), root, user);
            } catch (LinuxFailure e) {
                if (e.errno() == Errno.ENOMEM || parts.cgroups().memoryKills(jail.range()) > killedBefore) {
                    throw outOfMemory(e);
                }
                throw e;
            }
        }
    }

    private JailEntry.Confines confines(JailId id, int pid) {
        Policy policy = parts.loadedPolicies().of(id).orElseThrow(Commands::notRunning);
        boolean hasNone = lines(pid, "status").anyMatch(NO_NEW_PRIVILEGES::equals);
        String[] files = lines(pid, "limits")
                .filter(line -> line.startsWith(OPEN_FILES))
                .map(line -> line.substring(OPEN_FILES.length()).strip().split(" +"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("/proc/PID/limits has no " + OPEN_FILES));
        return new JailEntry.Confines(
                policy.profile(),
                hasNone ? Privileges.NONE : Privileges.SETUID,
                SeccompCompiler.compile(
                        policy, Architecture.host(), parts.clock().instant()),
                Long.parseLong(files[0]),
                Long.parseLong(files[1]));
    }

    private static Stream<String> lines(int pid, String file) {
        return TextFile.lines(ProcessTimes.read(pid, file).orElseThrow(Commands::notRunning)).stream();
    }

    /** Returns the cgroup of the init, which may be one that the jail has made below its own. */
    private Path cgroupOf(int pid, IdRange range) {
        Path own = parts.cgroups().directoryOf(range);
        Path found = lines(pid, "cgroup")
                .filter(line -> line.startsWith(HIERARCHY))
                .map(line -> Cgroups.mountPoint().resolve(line.substring(HIERARCHY.length())))
                .findFirst()
                .orElse(own);
        return found.startsWith(own) ? found : own;
    }

    private static KernelRefusal outOfMemory(LinuxFailure failure) {
        KernelRefusal refusal = KernelRefusal.transientFailure(
                "JailOutOfMemory", "the jail has no memory left for another process (" + failure.detail() + ")");
        refusal.addSuppressed(failure);
        return refusal;
    }

    private static KernelRefusal notRunning() {
        return KernelRefusal.transientFailure("JailNotRunning", "the jail does not run");
    }
}
