package dev.bailiwick.server.jail.file.content;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.jail.file.failure.FileChanged;
import dev.bailiwick.server.jail.file.failure.FileRefusals;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Reads a file of a jail part by part. The more has been read, the more parts come with one question, and the next ones are asked for while these
 * are used, so that the way to the host counts less; without room for that, each part is asked for when it is needed. Used by one thread.
 */
public final class ContentReader implements AutoCloseable {

    private final FileHost host;
    private final FilePath path;
    private final FileEntry file;
    private final Deque<byte[]> parts = new ArrayDeque<>();
    private final Ahead<List<byte[]>> ahead = new Ahead<>();
    private final Room room = new Room();
    private long next;
    private int wanted = 1;

    /**
     * @param file as it was before
     * @param from the offset of the first byte
     */
    public ContentReader(FileHost host, FilePath path, FileEntry file, long from) {
        this.host = host;
        this.path = path;
        this.file = file;
        this.next = from;
    }

    /**
     * Returns the next part; an empty one at the end, which is where the file ended before.
     *
     * @throws FileChanged if there is another file now, or a shorter one
     */
    public byte[] read() {
        if (parts.isEmpty() && next < file.size()) {
            take(ahead.isUnderWay() ? ahead.answer() : ask(next, wanted));
            wanted = next < file.size() && room.take() ? Math.min(2 * wanted, Room.PARTS) : 1;
            if (wanted > 2 && next < file.size()) {
                long from = next;
                int number = wanted;
                ahead.begin(() -> ask(from, number));
            }
        }
        byte[] part = parts.isEmpty() ? new byte[0] : parts.poll();
        if (parts.isEmpty() && next >= file.size()) {
            room.release();
        }
        return part;
    }

    private void take(List<byte[]> answer) {
        for (byte[] part : answer) {
            parts.add(part);
            next += part.length;
        }
    }

    private List<byte[]> ask(long first, int number) {
        List<FileRequest> reads = new ArrayList<>();
        for (long from = first; from < file.size() && reads.size() < number; from += FileBytes.MAX) {
            reads.add(new FileRequest.Read(path, from, length(from)));
        }
        List<byte[]> read = new ArrayList<>();
        long at = first;
        for (FileResult result : host.ask(reads)) {
            FileResult.Content content = FileRefusals.done(result, FileResult.Content.class);
            if (!content.file().isSameFile(file) || content.bytes().length() < length(at)) {
                throw new FileChanged("it was replaced or cut while it was read");
            }
            read.add(content.bytes().bytes());
            at += content.bytes().length();
        }
        return read;
    }

    private int length(long from) {
        return (int) Math.min(FileBytes.MAX, file.size() - from);
    }

    /** Goes on further behind; reads nothing of what is skipped. */
    public void skip(long count) {
        if (count == 0) {
            return;
        }
        long buffered = parts.stream().mapToLong(part -> part.length).sum();
        parts.clear();
        if (ahead.isUnderWay()) {
            var _ = ahead.answer();
        }
        next = Math.min(next - buffered + count, file.size());
    }

    /** Forgets what was read in advance; nothing may be read afterwards. */
    @Override
    public void close() {
        parts.clear();
        room.release();
    }

    /** Returns how much is left. */
    public long remaining() {
        return file.size()
                - next
                + parts.stream().mapToLong(part -> part.length).sum();
    }
}
