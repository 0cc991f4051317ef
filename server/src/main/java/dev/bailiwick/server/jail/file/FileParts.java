package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.jail.file.failure.FileChanged;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Reads a file of a jail part by part: the more has been read, the more parts with one question, so that the way to the host counts less. */
final class FileParts {

    /** What one answer has room for. */
    private static final int MAX_PARTS = 5;

    private final Transfer transfer;
    private final FilePath path;
    private final FileEntry file;
    private final Deque<byte[]> parts = new ArrayDeque<>();
    private long next;
    private int wanted = 1;

    /**
     * @param file as it was before
     * @param from the offset of the first byte
     */
    FileParts(Transfer transfer, FilePath path, FileEntry file, long from) {
        this.transfer = transfer;
        this.path = path;
        this.file = file;
        this.next = from;
    }

    /**
     * Returns the next part; an empty one at the end, which is where the file ended before.
     *
     * @throws FileChanged if there is another file now, or a shorter one
     */
    byte[] read() {
        if (parts.isEmpty() && next < file.size()) {
            fill();
        }
        return parts.isEmpty() ? new byte[0] : parts.poll();
    }

    private void fill() {
        List<FileRequest> reads = new ArrayList<>();
        for (long from = next; from < file.size() && reads.size() < wanted; from += FileBytes.MAX) {
            reads.add(new FileRequest.Read(path, from, (int) Math.min(FileBytes.MAX, file.size() - from)));
        }
        for (FileResult result : transfer.ask(reads)) {
            FileResult.Content content = JailFileWork.done(result, FileResult.Content.class);
            int length = (int) Math.min(FileBytes.MAX, file.size() - next);
            if (!content.file().isSameFile(file) || content.bytes().length() < length) {
                throw new FileChanged("it was replaced or cut while it was read");
            }
            parts.add(content.bytes().bytes());
            next += length;
        }
        wanted = Math.min(2 * wanted, MAX_PARTS);
    }

    /** Goes on further behind; reads nothing of what is skipped. */
    void skip(long count) {
        long buffered = parts.stream().mapToLong(part -> part.length).sum();
        parts.clear();
        next = Math.min(next - buffered + count, file.size());
    }

    /** Returns how much is left. */
    long remaining() {
        return file.size()
                - next
                + parts.stream().mapToLong(part -> part.length).sum();
    }
}
