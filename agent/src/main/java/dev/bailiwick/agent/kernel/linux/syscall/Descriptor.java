package dev.bailiwick.agent.kernel.linux.syscall;

import java.util.Optional;

/** A file descriptor of the agent's; closed once, by any thread. */
public final class Descriptor implements AutoCloseable {

    private static final int CLOSED = -1;

    /** None yet, or no more. */
    public static final Descriptor NONE = new Descriptor(CLOSED);

    /**
     * Descriptors that are open as long as a jail runs have this number or a higher one, as far as the host lets them: there can be
     * thousands, and a child that needs none of them takes no copies (close_range(2), CLOSE_RANGE_UNSHARE). All others fit below.
     */
    public static final int FIRST_LONG_LIVED = 1_024;

    private int number;

    public Descriptor(int number) {
        this.number = number;
    }

    public synchronized int number() {
        if (number == CLOSED) {
            throw new IllegalStateException("the descriptor has been closed");
        }
        return number;
    }

    /** The same, apart from those that children take copies of; this object is closed then. */
    public synchronized Descriptor movedHigh() {
        long moved = Linux.raw(SystemCall.FCNTL, number(), Constants.F_DUPFD_CLOEXEC, FIRST_LONG_LIVED);
        if (moved < 0) {
            // Too few descriptors on this host, or all of those: it serves as well where it is.
            Descriptor same = new Descriptor(number);
            number = CLOSED;
            return same;
        }
        close();
        return new Descriptor((int) moved);
    }

    /** Another for the same, which stays what it is while another thread closes this one; empty where one has. */
    public synchronized Optional<Descriptor> copy() {
        if (number == CLOSED) {
            return Optional.empty();
        }
        return Optional.of(
                new Descriptor((int) Linux.call(SystemCall.FCNTL, "descriptor", number, Constants.F_DUPFD_CLOEXEC, 0)));
    }

    @Override
    public synchronized void close() {
        if (number == CLOSED) {
            return;
        }
        // close(2) always frees the number; what it may report is about data written, of which there is none here.
        Linux.raw(SystemCall.CLOSE, number);
        number = CLOSED;
    }
}
