package dev.bailiwick.agent.kernel.linux.console;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.agent.kernel.linux.syscall.SeparateProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the terminals of inits while no agent runs. A terminal hangs up once nobody has its master open, and a master cannot be opened again
 * by a path. So a small process for each jail has it open, too, outside of the jail, until the jail's init has ended; the next agent takes it
 * from there (pidfd_getfd(2)).
 */
public final class KeptTerminals {

    private static final Logger log = LoggerFactory.getLogger(KeptTerminals.class);

    private static final String NAME = "jail-terminal";
    private static final int STANDARD_ERROR = 2;
    private static final short POLLIN = 1;

    private KeptTerminals() {}

    /**
     * Where a terminal is kept.
     *
     * @param startTicks as in proc_pid_stat(5); distinguishes the process from a later one with the same id
     * @param master the number of the descriptor there
     */
    private record Place(int pid, long startTicks, int master) {

        String text() {
            return pid + " " + startTicks + " " + master;
        }

        static Place parse(String text) {
            String[] words = text.strip().split(" ", -1);
            return new Place(Integer.parseInt(words[0]), Long.parseLong(words[1]), Integer.parseInt(words[2]));
        }
    }

    /**
     * Keeps a terminal until a process has ended.
     *
     * @param note the file that says where it is kept, for {@link #find}
     * @param initPid the init of the jail, a child of this process that has not been reaped
     * @param interpreter the program of enter.c
     * @param cgroup where the process is that keeps it
     * @throws LinuxFailure if that failed; nothing is left then
     */
    public static void keep(Path note, Terminal terminal, int initPid, Descriptor interpreter, Descriptor cgroup) {
        Descriptor master = terminal.master();
        try (Descriptor init = Linux.openProcessDescriptor(initPid);
                SeparateProgram keeper = new SeparateProgram()) {
            compose(keeper.calls(), init);
            int pid = keeper.leave(interpreter, List.of(master, init), cgroup);
            Place place = new Place(pid, ProcessTimes.startTicks(pid).orElse(0L), master.number());
            Files.writeString(note, place.text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void compose(SpawnProgram program, Descriptor init) {
        // Otherwise whoever reads the agent's output would wait for its end.
        program.run("standard streams", SystemCall.CLOSE_RANGE, Operand.ZERO, Operand.of(STANDARD_ERROR), Operand.ZERO);
        program.run("session", SystemCall.SETSID);
        program.run("/", SystemCall.CHDIR, program.text("/"));
        program.run("name", SystemCall.PRCTL, Operand.of(Constants.PR_SET_NAME), program.text(NAME));
        Pointer polled = program.memory().bytes(8); // struct pollfd
        polled.setInt(0, init.number());
        polled.setShort(4, POLLIN);
        program.run(
                "the end of the jail",
                SystemCall.PPOLL,
                Operand.of(polled),
                Operand.of(1),
                Operand.ZERO,
                Operand.ZERO,
                Operand.ZERO);
    }

    /**
     * Finds the terminal that an earlier agent has kept.
     *
     * @param note see {@link #keep}
     * @return empty if the jail has none, or it has hung up
     */
    public static Optional<Terminal> find(Path note) {
        if (!Files.exists(note)) {
            return Optional.empty();
        }
        try {
            return Optional.of(taken(Place.parse(TextFile.read(note))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (LinuxFailure e) {
            log.atWarn()
                    .addKeyValue("note", note)
                    .log("the terminal of a jail is lost until the jail is restarted: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static Terminal taken(Place place) {
        try (Descriptor process = Linux.openProcessDescriptor(place.pid)) {
            // First open the descriptor, then check the process: so its id cannot be reused in between.
            if (!ProcessTimes.startTicks(place.pid).equals(Optional.of(place.startTicks))) {
                throw new LinuxFailure("pidfd_open", NAME, Errno.ESRCH);
            }
            return Terminal.of(new Descriptor(
                            (int) Linux.call(SystemCall.PIDFD_GETFD, NAME, process.number(), place.master, 0)))
                    .movedHigh();
        }
    }
}
