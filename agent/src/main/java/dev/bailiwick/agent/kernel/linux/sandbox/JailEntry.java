package dev.bailiwick.agent.kernel.linux.sandbox;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWCGROUP;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWIPC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWNET;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWNS;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWPID;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWUSER;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWUTS;

import dev.bailiwick.agent.kernel.linux.host.MemoryShortage;
import dev.bailiwick.agent.kernel.linux.root.JailUser;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SeparateProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.seccomp.SeccompFilter;
import dev.bailiwick.jail.syscall.Profile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One entry into a running jail: composes the calls with which a new process becomes a command there, beside the jail's init and with the
 * same confinement.
 *
 * <p>Hostile processes run in the jail already. So the process outside has memory of its own, changes its ids and drops its capabilities while
 * the jail cannot see it. The child inside only makes itself the leader of a session, looks whether the command is its own program, loads the
 * filter and executes. Until then it is not dumpable, so no process of the jail can look into it or change what it does.
 */
public final class JailEntry {

    private static final long ALL_NAMESPACES =
            CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;

    private final Confines confines;

    public JailEntry(Confines confines) {
        this.confines = confines;
    }

    /**
     * What confines the first process of the jail, and a command too.
     *
     * @param softFiles how many files it can have open
     * @param hardFiles how far it can raise that itself
     */
    public record Confines(
            Profile profile, Privileges privileges, SeccompFilter filter, long softFiles, long hardFiles) {}

    /**
     * What a command reads and writes.
     *
     * @param inOrder standard input, output and error
     * @param controls whether they are a terminal, which controls the command
     */
    public record Streams(List<Descriptor> inOrder, boolean controls) {

        public static Streams of(Descriptor input, Descriptor output, Descriptor errors) {
            return new Streams(List.of(input, output, errors), false);
        }

        public static Streams ofTerminal(Descriptor terminal) {
            return new Streams(List.of(terminal, terminal, terminal), true);
        }
    }

    /**
     * Where to.
     *
     * @param interpreter the program of enter.c
     * @param init the process descriptor of the jail's first process
     * @param processes cgroup.procs of a cgroup of the jail, open for writing
     */
    public record Way(Descriptor interpreter, Descriptor init, Descriptor processes) {}

    /**
     * Executes a command in the jail.
     *
     * @param user empty for root of the jail
     * @return the descriptor of its process, a child of the agent; the caller closes it and reaps the process
     * @throws LinuxFailure naming the call that failed
     */
    public Descriptor execute(
            Way way, Streams streams, Command command, Optional<JailUser> user, WorkingDirectory directory) {
        try (SeparateProgram process = new SeparateProgram()) {
            SpawnProgram program = process.calls();
            Confinement confinement = new Confinement(program);
            program.run("not dumpable", SystemCall.PRCTL, Operand.of(Constants.PR_SET_DUMPABLE), Operand.ZERO);
            beKilledLikeAJail(program);
            program.writeWhole("cgroup.procs", Operand.of(way.processes().number()), bytes("0"));
            program.run(
                    "the jail's namespaces",
                    SystemCall.SETNS,
                    Operand.of(way.init().number()),
                    Operand.of(ALL_NAMESPACES));
            confinement.becomeRoot();
            confinement.beginAnew();
            List<Descriptor> streamsInOrder = streams.inOrder();
            for (int number = 0; number < streamsInOrder.size(); number++) {
                program.run(
                        "stream " + number,
                        SystemCall.DUP3,
                        Operand.of(streamsInOrder.get(number).number()),
                        Operand.of(number),
                        Operand.ZERO);
            }
            confinement.limitResources(confines.softFiles(), confines.hardFiles());
            Privileges privileges = confines.privileges();
            confinement.dropCapabilities(confines.profile(), privileges);
            user.ifPresent(other -> confinement.become(other, privileges));
            if (!directory.equals(WorkingDirectory.ROOT)) {
                confinement.enter(directory);
            }
            process.continueInChild();
            confinement.ownSession();
            if (streams.controls()) {
                confinement.ownTerminal();
            }
            // Only a process inside of the pid namespace sees what /proc/self is there.
            confinement.refuseOwnProgram(command.argv());
            confinement.filter(confines.filter(), privileges);
            confinement.execute(command.argv(), Environment.of(command, user));
            return process.run(
                    way.interpreter(),
                    Stream.concat(Stream.of(way.init(), way.processes()), streamsInOrder.stream())
                            .toList());
        }
    }

    private static void beKilledLikeAJail(SpawnProgram program) {
        Operand.Slot score = program.keep(
                "/proc/self/oom_score_adj",
                SystemCall.OPENAT2,
                Operand.CURRENT_DIRECTORY,
                program.text("/proc/self/oom_score_adj"),
                Operand.of(Linux.how(program.memory(), Constants.O_WRONLY | Constants.O_CLOEXEC, 0, 0)),
                Operand.of(24));
        program.writeWhole("oom_score_adj", score, bytes(MemoryShortage.SCORE_OF_JAILS));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
