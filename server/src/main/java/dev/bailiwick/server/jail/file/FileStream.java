package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.jail.file.failure.FileChanged;
import java.io.InputStream;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.AbstractResource;

/** The content of a file of a jail, which its host sends part by part; nothing is read of what is skipped. */
final class FileStream extends AbstractResource {

    private final Supplier<Transfer> transfers;
    private final FilePath path;
    private final FileEntry file;

    /**
     * @param transfers begins one for each reader
     * @param file as it was before
     */
    FileStream(Supplier<Transfer> transfers, FilePath path, FileEntry file) {
        this.transfers = transfers;
        this.path = path;
        this.file = file;
    }

    @Override
    public boolean exists() {
        return true;
    }

    @Override
    public long contentLength() {
        return file.size();
    }

    @Override
    public String getDescription() {
        return "file of a jail";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Objects.hash(path, file);
    }

    @Override
    public InputStream getInputStream() {
        return new Parts(transfers.get());
    }

    private final class Parts extends InputStream {

        private final Transfer transfer;
        private byte[] part = {};
        private int used;
        private long next;

        Parts(Transfer transfer) {
            this.transfer = transfer;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            if (used == part.length && !fill()) {
                return -1;
            }
            int count = Math.min(length, part.length - used);
            System.arraycopy(part, used, into, offset, count);
            used += count;
            return count;
        }

        /** @throws FileChanged if there is another file now, or a shorter one; a file that has become longer ends where it ended */
        private boolean fill() {
            if (next >= file.size()) {
                return false;
            }
            int length = (int) Math.min(FileBytes.MAX, file.size() - next);
            FileResult.Content content =
                    transfer.ask(new FileRequest.Read(path, next, length), FileResult.Content.class);
            if (!content.file().isSameFile(file) || content.bytes().length() < length) {
                throw new FileChanged("it was replaced or cut while it was read");
            }
            part = content.bytes().bytes();
            used = 0;
            next += part.length;
            return true;
        }

        @Override
        public void close() {
            transfer.close();
        }

        @Override
        public long skip(long count) {
            long inPart = Math.clamp(count, 0, part.length - used);
            used += (int) inPart;
            long beyond = Math.clamp(count - inPart, 0, file.size() - next);
            next += beyond;
            return inPart + beyond;
        }
    }
}
