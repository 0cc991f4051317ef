package dev.bailiwick.agent.exec;

import dev.bailiwick.agent.kernel.ProgramInput;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Input that a command has not read yet: a little that was taken, and what its writer offers beyond that. The writer's stream bounds the
 * latter, as it gets no credit for it before it is taken. The lock of the session guards it.
 */
final class SessionInput {

    private static final int MAX_BYTES = 64 * 1024;

    /** What each piece costs beside its bytes, so that many small ones do not fill the memory. */
    private static final int COST = 64;

    /** The end of the input: the only piece without bytes. */
    private static final ByteBuffer END = ByteBuffer.allocate(0);

    private final Deque<byte[]> taken = new ArrayDeque<>();
    private final Deque<Offered> offered = new ArrayDeque<>();
    /** How much of the first piece was written. */
    private int written;

    /** The bytes that were taken, and {@link #COST} for each piece. */
    private int bytes;

    /** @param whenTaken called once the piece is no longer kept for its viewer */
    private record Offered(SessionViewer viewer, ByteBuffer piece, Runnable whenTaken) {

        void take() {
            viewer.took(piece.remaining());
            whenTaken.run();
        }
    }

    boolean isEmpty() {
        return taken.isEmpty();
    }

    /**
     * Adds input of the writer.
     *
     * @param whenTaken called once the command has room for it, or it was dropped
     */
    void offer(SessionViewer writer, ByteBuffer more, Runnable whenTaken) {
        if (more.hasRemaining()) {
            offered.add(new Offered(writer, more, whenTaken));
            takeWhatFits();
        } else {
            whenTaken.run();
        }
    }

    /** Ends the input, after what was offered. */
    void end(SessionViewer writer, Runnable whenTaken) {
        offered.add(new Offered(writer, END, whenTaken));
        takeWhatFits();
    }

    private void takeWhatFits() {
        while (bytes < MAX_BYTES && !offered.isEmpty()) {
            Offered next = offered.remove();
            byte[] piece = new byte[next.piece.remaining()];
            next.piece.duplicate().get(piece);
            taken.add(piece);
            bytes += piece.length + COST;
            next.take();
        }
    }

    /** Drops what the writer offers, since somebody else writes now or nobody reads it any more. */
    void dropOffered() {
        offered.forEach(Offered::take);
        offered.clear();
    }

    /** Forgets what the writer offers, whose connection has ended. It may offer it again by another one. */
    void forgetOffered() {
        offered.clear();
    }

    /** Forgets what the command has not read yet. */
    void forget() {
        forgetOffered();
        taken.clear();
        written = 0;
        bytes = 0;
    }

    /** Writes some of what was taken, as much as the command reads now; returns whether more of it can follow at once. */
    boolean feed(ProgramInput process) {
        Optional<byte[]> next = Optional.ofNullable(taken.peek());
        if (next.isEmpty()) {
            return false;
        }
        byte[] piece = next.get();
        if (piece.length == 0) {
            process.endInput();
        } else {
            written += process.write(piece, written, piece.length - written);
            if (written < piece.length) {
                return false;
            }
        }
        taken.remove();
        bytes -= piece.length + COST;
        written = 0;
        takeWhatFits();
        return !taken.isEmpty();
    }
}
