package dev.bailiwick.agent.kernel.linux.console;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NOCTTY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NONBLOCK;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_RDWR;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileStatus;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.process.TerminalSize;

/** A terminal, with both of its ends. It hangs up once nobody has its master open any more. */
public final class Terminal implements AutoCloseable {

    /** The requests of ioctl_tty(2). */
    private static final long TIOCGWINSZ = 0x5413;

    private static final long TIOCSWINSZ = 0x5414;

    private static final long TIOCSPTLCK = 0x4004_5431L;
    private static final long TIOCSIG = 0x4004_5436L;
    private static final long TIOCGPTPEER = 0x5441;

    /** The size of struct winsize. */
    private static final int WINDOW_BYTES = 8;

    private static final String SUBJECT = "terminal";
    /** As an id of chown(2): stays. */
    private static final long SAME = 0xffff_ffffL;
    /** What a terminal takes as the end of the input: Ctrl-D. */
    private static final byte[] END_OF_INPUT = {4};

    private final Descriptor master;
    /** Held open, because without any user of the terminal its other end reports an end each time it is read. */
    private final Descriptor slave;

    /** @param master this object owns it from now on */
    private Terminal(Descriptor master) {
        this.master = master;
        try (NativeMemory memory = new NativeMemory()) {
            Pointer unlocked = memory.bytes(4);
            Linux.call(SystemCall.IOCTL, SUBJECT, master.number(), TIOCSPTLCK, NativeMemory.address(unlocked));
            this.slave = new Descriptor((int)
                    Linux.call(SystemCall.IOCTL, SUBJECT, master.number(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
        } catch (RuntimeException e) {
            master.close();
            throw e;
        }
    }

    private Terminal(Descriptor master, Descriptor slave) {
        this.master = master;
        this.slave = slave;
    }

    /**
     * Opens a new terminal of a jail.
     *
     * @param directory a directory of the jail, or a mount of its terminals
     * @param multiplexer the path of the multiplexer in it
     * @param owner the user id on the host; its group stays that of terminals
     * @throws KernelRefusal if the jail has put something else in the place of its terminals
     */
    public static Terminal open(Descriptor directory, String multiplexer, long owner, TerminalSize size) {
        Terminal terminal = new Terminal(openMaster(directory, multiplexer));
        terminal.own(owner, SAME);
        terminal.resize(size);
        return terminal;
    }

    /**
     * Returns the terminal of which this is the master.
     *
     * @param master this object owns it from now on
     */
    static Terminal of(Descriptor master) {
        return new Terminal(master);
    }

    /** Opens only what is a multiplexer of terminals: another file of the jail could make this thread wait for ever. */
    private static Descriptor openMaster(Descriptor directory, String multiplexer) {
        try (Descriptor found = Linux.openat2(
                directory.number(),
                multiplexer,
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

    /** Moves it to numbers that children do not copy, and returns it; this object is then closed. */
    public Terminal movedHigh() {
        return new Terminal(master.movedHigh(), slave.movedHigh());
    }

    private void own(long user, long group) {
        try (NativeMemory memory = new NativeMemory()) {
            Linux.call(
                    SystemCall.FCHOWNAT,
                    SUBJECT,
                    slave.number(),
                    NativeMemory.address(memory.text("")),
                    user,
                    group,
                    Constants.AT_EMPTY_PATH);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    public Descriptor master() {
        return master;
    }

    /** Returns the jail's end. */
    public Descriptor slave() {
        return slave;
    }

    /** Writes input; returns the result of write(2). */
    public long write(byte[] bytes, int offset, int length) {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer input = memory.bytes(Math.max(1, length));
            input.write(0, bytes, offset, length);
            return Linux.raw(SystemCall.WRITE, master.number(), NativeMemory.address(input), length);
        }
    }

    /** Writes its end-of-file character. */
    public void endInput() {
        var _ = write(END_OF_INPUT, 0, END_OF_INPUT.length);
    }

    /** Returns its size; the usual one if the jail has given it one that no terminal has. */
    TerminalSize size() {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer window = memory.bytes(WINDOW_BYTES);
            Linux.call(SystemCall.IOCTL, SUBJECT, master.number(), TIOCGWINSZ, NativeMemory.address(window));
            int rows = Short.toUnsignedInt(window.getShort(0));
            int columns = Short.toUnsignedInt(window.getShort(2));
            boolean isPossible = rows > 0 && rows <= TerminalSize.MAX && columns > 0 && columns <= TerminalSize.MAX;
            return isPossible ? new TerminalSize(columns, rows) : TerminalSize.USUAL;
        }
    }

    public void resize(TerminalSize size) {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer window = memory.bytes(WINDOW_BYTES);
            window.setShort(0, (short) size.rows());
            window.setShort(2, (short) size.columns());
            Linux.raw(SystemCall.IOCTL, master.number(), TIOCSWINSZ, NativeMemory.address(window));
        }
    }

    /** Sends a signal to those who are in its foreground. Returns false if it has none, or if no key of a terminal sends this signal. */
    public boolean signal(int number) {
        return Linux.raw(SystemCall.IOCTL, master.number(), TIOCSIG, number) >= 0;
    }

    @Override
    public void close() {
        slave.close();
        master.close();
    }
}
