package dev.bailiwick.agent.exec;

import dev.bailiwick.agent.kernel.ProgramInput;
import dev.bailiwick.jail.validation.InvalidValue;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/** Input that a command has not read yet. The lock of the session guards it. */
final class SessionInput {

    private static final int MAX_BYTES = 64 * 1024;

    /** What may come before the acknowledgement for which the command waits. */
    private static final int MAX_HELD_BYTES = 256 * 1024;

    /** What each piece costs beside its bytes, so that many small ones do not fill the memory. */
    private static final int COST = 64;

    private final Deque<byte[]> waiting = new ArrayDeque<>();
    /** How much of the first was written. */
    private int written;

    /** The bytes that wait, and {@link #COST} for each piece. */
    private int bytes;

    private boolean ends;

    boolean hasRoom() {
        return bytes < MAX_BYTES;
    }

    boolean isEmpty() {
        return waiting.isEmpty() && !ends;
    }

    /** @throws InvalidValue if it is far more than the command reads */
    void add(ByteBuffer more) {
        if (bytes > MAX_HELD_BYTES) {
            throw new InvalidValue("is more input than the command reads");
        }
        if (more.hasRemaining()) {
            byte[] added = new byte[more.remaining()];
            more.duplicate().get(added);
            waiting.add(added);
            bytes += added.length + COST;
        }
    }

    void end() {
        ends = true;
    }

    /** Forgets what the command has not read yet. */
    void drop() {
        waiting.clear();
        written = 0;
        bytes = 0;
        ends = false;
    }

    /** Writes some of what waits, as much as the command takes now; returns whether more of it can follow at once. */
    boolean feed(ProgramInput process) {
        byte[] first = waiting.peek();
        boolean isTaken = false;
        if (first != null) {
            int taken = process.write(first, written, first.length - written);
            written += taken;
            bytes -= taken;
            if (written == first.length) {
                isTaken = true;
                waiting.remove();
                bytes -= COST;
                written = 0;
            }
        }
        if (waiting.isEmpty() && ends) {
            ends = false;
            process.endInput();
        }
        return isTaken && !waiting.isEmpty();
    }
}
