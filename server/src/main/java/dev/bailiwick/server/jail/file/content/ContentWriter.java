package dev.bailiwick.server.jail.file.content;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileRequest.UploadId;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.jail.file.failure.FileRefusals;
import dev.bailiwick.server.jail.file.failure.FilesUnreachable;
import dev.bailiwick.server.problem.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends the content of a file to its host. It gathers several parts for one question, and takes the next ones while the host writes those; without
 * room for that it keeps nothing. Used by one thread; once something has failed, only {@link #settle} may follow. The last call is that,
 * {@link #flush} or {@link #end}.
 */
public final class ContentWriter {

    private static final int MAX_BYTES = Room.PARTS * FileBytes.MAX;

    private final FileHost host;
    private final FilePath path;
    private final UploadId upload;
    private final Ahead<FileResult> sending = new Ahead<>();
    private final Room room = new Room();
    private byte[] pending = {};
    private int count;
    /** How much was sent, with what was there before. */
    private long sent;

    private boolean hasBegun;

    /** @param offset how much of the upload is there */
    public ContentWriter(FileHost host, FilePath path, UploadId upload, long offset) {
        this.host = host;
        this.path = path;
        this.upload = upload;
        this.sent = offset;
    }

    /** Returns how long the upload is with all that was written. */
    public long size() {
        return sent + count;
    }

    /** Returns whether the host may have a part of it. */
    public boolean hasBegun() {
        return hasBegun;
    }

    /**
     * Takes more of the content.
     *
     * @throws Failure if the host has refused what was written before
     */
    public void write(byte[] bytes, int offset, int length) {
        int from = offset;
        int rest = length;
        boolean mayGather = room.take();
        while (rest > 0) {
            int taken = Math.min(rest, MAX_BYTES - count);
            reserve(count + taken);
            System.arraycopy(bytes, from, pending, count, taken);
            count += taken;
            from += taken;
            rest -= taken;
            if (count == MAX_BYTES && mayGather) {
                send();
            } else if (!mayGather && (count == MAX_BYTES || rest == 0)) {
                sendAndWait();
            }
        }
    }

    private void reserve(int bytes) {
        if (pending.length < bytes) {
            pending = Arrays.copyOf(pending, Math.clamp(2L * bytes, FileBytes.MAX, MAX_BYTES));
        }
    }

    private void send() {
        awaitSent();
        List<FileRequest> writes = writes(Optional.empty());
        hasBegun = true;
        sending.begin(() -> send(writes));
    }

    private void awaitSent() {
        if (sending.isUnderWay()) {
            var _ = sending.answer();
        }
    }

    /** Returns requests for what is pending, of which nothing is pending afterwards. */
    private List<FileRequest> writes(Optional<FileRequest.End> end) {
        List<FileRequest> writes = new ArrayList<>();
        int at = 0;
        do {
            int next = Math.min(count, at + FileBytes.MAX);
            writes.add(new FileRequest.Write(
                    path,
                    upload,
                    sent + at,
                    new FileBytes(Arrays.copyOfRange(pending, at, next)),
                    next == count ? end : Optional.empty()));
            at = next;
        } while (at < count);
        sent += count;
        count = 0;
        pending = new byte[0];
        return writes;
    }

    /** Returns the last result. */
    private FileResult send(List<FileRequest> writes) {
        List<FileRequest> rest = writes;
        @Nullable FileResult last = null;
        while (!rest.isEmpty()) {
            List<FileResult> results = host.ask(rest);
            for (FileResult result : results) {
                last = FileRefusals.done(result, FileResult.class);
            }
            rest = rest.subList(results.size(), rest.size());
        }
        if (last == null) {
            throw new FilesUnreachable("the host has not answered");
        }
        return last;
    }

    /**
     * Has the host write all that is pending; there may be more later. If nothing was ever written, begins the upload.
     *
     * @throws Failure if the host refuses it
     */
    public void flush() {
        try {
            sendAndWait();
        } finally {
            room.release();
        }
    }

    private void sendAndWait() {
        awaitSent();
        if (count > 0 || !hasBegun) {
            hasBegun = true;
            var _ = send(writes(Optional.empty()));
        }
    }

    /**
     * Has the host write all that is pending, and put the file in its place.
     *
     * @throws Failure if the host refuses it
     */
    public FileEntry end(FileRequest.End end) {
        try {
            awaitSent();
            hasBegun = true;
            return FileRefusals.done(send(writes(Optional.of(end))), FileResult.Found.class)
                    .entry();
        } finally {
            room.release();
        }
    }

    /** Waits until nothing is under way to the host, whether it was done or not. */
    public void settle() {
        try {
            awaitSent();
        } catch (RuntimeException whoeverEndsItKnows) {
            // The one that is thrown to whoever wrote, or nobody waits any more.
        } finally {
            count = 0;
            pending = new byte[0];
            room.release();
        }
    }
}
