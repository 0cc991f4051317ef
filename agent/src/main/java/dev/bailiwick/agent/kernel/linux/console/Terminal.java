package dev.bailiwick.agent.kernel.linux.console;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NOCTTY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NONBLOCK;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_RDWR;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;

/**
 * The terminal that the init of a whole system opens as {@code /dev/console}: such an init writes there and nowhere else until it has a
 * journal, and only if it is a terminal. Nobody types into it. It lives as long as its agent: after that, writes fail with EIO, and the
 * init goes on without it.
 */
public final class Terminal implements AutoCloseable {

    /** The requests of ioctl_tty(2). */
    private static final long TIOCSPTLCK = 0x4004_5431L;

    private static final long TIOCGPTPEER = 0x5441;

    private final Descriptor master;
    /** Held open, because without any user of the terminal its other end reports an end each time it is read. */
    private final Descriptor slave;

    private Terminal(Descriptor master, Descriptor slave) {
        this.master = master;
        this.slave = slave;
    }

    /** Opens a new terminal for the jail of this range. */
    public static Terminal open(IdRange range) {
        Descriptor master = Linux.openat2(
                        Constants.AT_FDCWD, "/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0, 0)
                .movedHigh();
        try (NativeMemory memory = new NativeMemory()) {
            Pointer unlocked = memory.bytes(4);
            Linux.call(SystemCall.IOCTL, "terminal", master.number(), TIOCSPTLCK, NativeMemory.address(unlocked));
            Descriptor slave = new Descriptor((int) Linux.call(
                            SystemCall.IOCTL, "terminal", master.number(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC))
                    .movedHigh();
            try {
                Linux.own(slave, "", range.first());
            } catch (RuntimeException e) {
                slave.close();
                throw e;
            }
            return new Terminal(master, slave);
        } catch (RuntimeException e) {
            master.close();
            throw e;
        }
    }

    /** Returns the jail's end as a detached mount, which the jail can attach to a file. */
    public Descriptor mount() {
        return Linux.cloneTree(slave, "terminal");
    }

    Descriptor master() {
        return master;
    }

    @Override
    public void close() {
        slave.close();
        master.close();
    }
}
