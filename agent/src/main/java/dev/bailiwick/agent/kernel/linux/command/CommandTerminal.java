package dev.bailiwick.agent.kernel.linux.command;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NOCTTY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NONBLOCK;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_RDWR;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.sandbox.JailEntry;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileStatus;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.process.TerminalSize;

/** A terminal of the jail, from its own devpts, so that the command finds it below /dev/pts. The agent holds its other end. */
final class CommandTerminal implements CommandStreams {

    /** The requests of ioctl_tty(2). */
    private static final long TIOCSWINSZ = 0x5414;

    private static final long TIOCSPTLCK = 0x4004_5431L;
    private static final long TIOCSIG = 0x4004_5436L;
    private static final long TIOCGPTPEER = 0x5441;

    private static final String SUBJECT = "terminal";
    private static final String MULTIPLEXER = "dev/pts/ptmx";
    /** As an id of chown(2): stays. */
    private static final long SAME = 0xffff_ffffL;
    /** What a terminal takes as the end of the input: Ctrl-D. */
    private static final byte END_OF_INPUT = 4;

    private final Descriptor master;
    private final Descriptor slave;

    private CommandTerminal(Descriptor master, Descriptor slave) {
        this.master = master;
        this.slave = slave;
    }

    /**
     * @param root the root directory of the jail
     * @param owner the user id on the host
     * @throws KernelRefusal if the jail has put something else in the place of its terminals
     */
    static CommandTerminal open(Descriptor root, long owner, TerminalSize size) {
        Descriptor master = openMaster(root);
        try (NativeMemory memory = new NativeMemory()) {
            Pointer unlocked = memory.bytes(4);
            Linux.call(SystemCall.IOCTL, SUBJECT, master.number(), TIOCSPTLCK, NativeMemory.address(unlocked));
            Descriptor slave = new Descriptor((int)
                    Linux.call(SystemCall.IOCTL, SUBJECT, master.number(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
            CommandTerminal terminal = new CommandTerminal(master, slave);
            try {
                // Its group stays that of terminals.
                Linux.call(
                        SystemCall.FCHOWNAT,
                        SUBJECT,
                        slave.number(),
                        NativeMemory.address(memory.text("")),
                        owner,
                        SAME,
                        Constants.AT_EMPTY_PATH);
                terminal.resize(size);
                return terminal;
            } catch (RuntimeException e) {
                slave.close();
                throw e;
            }
        } catch (RuntimeException e) {
            master.close();
            throw e;
        }
    }

    /** Opens only what is a multiplexer of terminals: another file of the jail could make this thread wait for ever. */
    private static Descriptor openMaster(Descriptor root) {
        try (Descriptor found = Linux.openat2(
                root.number(),
                MULTIPLEXER,
                O_PATH | O_CLOEXEC,
                0,
                Constants.RESOLVE_IN_ROOT | Constants.RESOLVE_NO_MAGICLINKS | Constants.RESOLVE_NO_SYMLINKS)) {
            if (!FileStatus.of(found).isTerminalMultiplexer()) {
                throw KernelRefusal.transientFailure("NoTerminal", "/dev/pts of the jail has no terminals");
            }
            return Linux.openat2(
                    Constants.AT_FDCWD,
                    "/proc/self/fd/" + found.number(),
                    O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC,
                    0,
                    0);
        }
    }

    @Override
    public JailEntry.Streams ofCommand() {
        return JailEntry.Streams.ofTerminal(slave);
    }

    @Override
    public void handOver() {
        slave.close();
    }

    @Override
    public Descriptor input() {
        return master;
    }

    @Override
    public Descriptor output() {
        return master;
    }

    @Override
    public Descriptor errors() {
        return Descriptor.NONE;
    }

    @Override
    public void endInput() {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer end = memory.copy(new byte[] {END_OF_INPUT});
            Linux.raw(SystemCall.WRITE, master.number(), NativeMemory.address(end), 1);
        }
    }

    @Override
    public void resize(TerminalSize size) {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer window = memory.bytes(8); // struct winsize
            window.setShort(0, (short) size.rows());
            window.setShort(2, (short) size.columns());
            Linux.raw(SystemCall.IOCTL, master.number(), TIOCSWINSZ, NativeMemory.address(window));
        }
    }

    /** The terminal knows who is in its foreground, and sends only the signals of its keys. */
    @Override
    public void signal(Descriptor process, int number) {
        if (Linux.raw(SystemCall.IOCTL, master.number(), TIOCSIG, number) < 0) {
            CommandSignals.send(process, number);
        }
    }

    @Override
    public void close() {
        slave.close();
        master.close();
    }
}
