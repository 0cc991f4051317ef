package dev.bailiwick.agent.kernel.linux.syscall;

import java.util.Optional;

/** A file descriptor of the agent. It is closed once, by any thread. */
public final class Descriptor implements AutoCloseable {

    private static final int CLOSED = -1;

    /** A descriptor that is not open. */
    public static final Descriptor NONE = new Descriptor(CLOSED);

    /**
     * The lowest number for descriptors that stay open as long as a jail runs, if the host's limit permits. There can be thousands of
     * them. A child that needs none of them does not copy them (close_range(2), CLOSE_RANGE_UNSHARE). All other descriptors have lower
     * numbers.
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

    /** Moves the descriptor to a number that children do not copy, and returns it; this object is then closed. */
    public synchronized Descriptor movedHigh() {
        long moved = Linux.raw(SystemCall.FCNTL, number(), Constants.F_DUPFD_CLOEXEC, FIRST_LONG_LIVED);
        if (moved < 0) {
            // The host permits too few descriptors, or all high numbers are in use: keep the current number.
            Descriptor same = new Descriptor(number);
            number = CLOSED;
            return same;
        }
        close();
        return new Descriptor((int) moved);
    }

    /** Returns a duplicate that stays valid when another thread closes this descriptor; empty if this one is already closed. */
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
        // close(2) always frees the number. It may report errors of written data, but nothing was written here.
        Linux.raw(SystemCall.CLOSE, number);
        number = CLOSED;
    }
}
