package dev.bailiwick.agent.kernel.linux;

/** A file descriptor of the agent's; closed once. */
final class Descriptor implements AutoCloseable {

    private static final int CLOSED = -1;

    /** None yet, or no more. */
    static final Descriptor NONE = new Descriptor(CLOSED);

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
