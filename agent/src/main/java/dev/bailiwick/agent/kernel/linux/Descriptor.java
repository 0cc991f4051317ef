package dev.bailiwick.agent.kernel.linux;

/** A file descriptor of the agent's; closed once. */
final class Descriptor implements AutoCloseable {

    private static final int CLOSED = -1;

    /** None yet, or no more. */
    static final Descriptor NONE = new Descriptor(CLOSED);

    /**
     * Descriptors that are open as long as a jail runs have this number or a higher one, as far as the host lets them: there can be
     * thousands, and a child that needs none of them takes no copies (close_range(2), CLOSE_RANGE_UNSHARE). All others fit below.
     */
    static final int APART = 1_024;

    private int number;

    Descriptor(int number) {
        this.number = number;
    }

    int number() {
        if (number == CLOSED) {
            throw new IllegalStateException("the descriptor has been closed");
        }
        return number;
    }

    /** The same, apart from those that children take copies of; this object is closed then. */
    Descriptor apart() {
        long moved = Linux.raw(SystemCall.FCNTL, number(), Constants.F_DUPFD_CLOEXEC, APART);
        if (moved < 0) {
            // Too few descriptors on this host, or all of those: it serves as well where it is.
            Descriptor same = new Descriptor(number);
            number = CLOSED;
            return same;
        }
        close();
        return new Descriptor((int) moved);
    }

    @Override
    public void close() {
        if (number == CLOSED) {
            return;
        }
        // close(2) always frees the number; what it may report is about data written, of which there is none here.
        Linux.raw(SystemCall.CLOSE, number);
        number = CLOSED;
    }
}
