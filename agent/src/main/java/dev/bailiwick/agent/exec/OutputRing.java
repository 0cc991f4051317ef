package dev.bailiwick.agent.exec;

import dev.bailiwick.jail.stream.SessionFrame.Out;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;

/** The last mebibyte of what a command has written, in a file that is deleted with it. Not thread-safe. */
final class OutputRing implements AutoCloseable {

    static final int BYTES = 1 << 20;

    /** A command that writes to both of its streams by turns has more pieces; then less of its output is kept. */
    private static final int MAX_PIECES = 1_024;

    /** More pieces than one look at both streams of a command adds. */
    private static final int SPARE_PIECES = 4;

    private final FileChannel file;
    /** The stream of each piece, by the offset at which it begins. */
    private final TreeMap<Long, Integer> pieces = new TreeMap<>();

    private long tail;
    private long head;

    OutputRing(Path path) throws IOException {
        file = FileChannel.open(
                path,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
    }

    /** Returns the offset of the oldest byte that is kept. */
    long tail() {
        return tail;
    }

    /** Returns the offset after the newest byte. */
    long head() {
        return head;
    }

    /**
     * Adds output.
     *
     * @param stream as in {@link Out}
     */
    void append(int stream, byte[] bytes, int length) {
        int begin = (int) (head % BYTES);
        int first = Math.min(length, BYTES - begin);
        write(bytes, 0, first, begin);
        write(bytes, first, length - first, 0);
        if (pieces.isEmpty() || pieces.lastEntry().getValue() != stream) {
            pieces.put(head, stream);
        }
        head += length;
        tail = Math.max(tail, head - BYTES);
        if (pieces.size() > MAX_PIECES) {
            tail = Math.max(tail, pieces.higherKey(pieces.firstKey()));
        }
        while (pieces.size() > 1 && pieces.higherKey(pieces.firstKey()) <= tail) {
            pieces.pollFirstEntry();
        }
    }

    /** Returns whether the next pieces could take the place of bytes at this position, or after it. */
    boolean isFullAt(long position) {
        int replaced = pieces.size() + SPARE_PIECES - MAX_PIECES;
        return replaced > 0
                && pieces.keySet().stream().skip(replaced).findFirst().orElse(head) > position;
    }

    private void write(byte[] bytes, int offset, int length, long at) {
        ByteBuffer from = ByteBuffer.wrap(bytes, offset, length);
        try {
            while (from.hasRemaining()) {
                at += file.write(from, at);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads output of one stream.
     *
     * @param position {@link #tail} to less than {@link #head}
     * @param most the maximum number of bytes, 1 or more
     */
    Out read(long position, int most) throws IOException {
        Map.Entry<Long, Integer> piece = pieces.floorEntry(position);
        Long next = pieces.higherKey(position);
        long end = Math.min(next == null ? head : next, position + most);
        byte[] bytes = new byte[(int) (end - position)];
        ByteBuffer into = ByteBuffer.wrap(bytes);
        while (into.hasRemaining()) {
            long at = (position + into.position()) % BYTES;
            into.limit((int) Math.min(into.capacity(), into.position() + BYTES - at));
            if (file.read(into, at) < 0) {
                throw new IOException("the file of a session is shorter than what was written to it");
            }
            into.limit(into.capacity());
        }
        return new Out(piece.getValue(), position, ByteBuffer.wrap(bytes));
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
