package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.server.jail.file.content.ContentReader;
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
        private final ContentReader parts;
        private byte[] part = {};
        private int used;

        Parts(Transfer transfer) {
            this.transfer = transfer;
            this.parts = new ContentReader(transfer, path, file, 0);
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

        private boolean fill() {
            part = parts.read();
            used = 0;
            return part.length > 0;
        }

        @Override
        public void close() {
            parts.close();
            transfer.close();
        }

        @Override
        public long skip(long count) {
            long inPart = Math.clamp(count, 0, part.length - used);
            used += (int) inPart;
            long beyond = Math.clamp(count - inPart, 0, parts.remaining());
            parts.skip(beyond);
            return inPart + beyond;
        }
    }
}
