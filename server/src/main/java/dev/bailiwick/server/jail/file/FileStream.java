package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.AbstractResource;

/** The content of a file of a jail, which its host sends part by part; nothing is read of what is skipped. */
final class FileStream extends AbstractResource {

    private final JailFileWork files;
    private final JailFileWork.Tree tree;
    private final FilePath path;
    private final FileEntry file;

    /** @param file as it was before */
    FileStream(JailFileWork files, JailFileWork.Tree tree, FilePath path, FileEntry file) {
        this.files = files;
        this.tree = tree;
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
        return Objects.hash(tree, path);
    }

    @Override
    public InputStream getInputStream() {
        return new Parts();
    }

    private final class Parts extends InputStream {

        private byte[] part = {};
        private int used;
        private long next;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
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

        /** @throws IOException if there is another file now, or a shorter one; a file that has become longer ends where it ended */
        private boolean fill() throws IOException {
            if (next >= file.size()) {
                return false;
            }
            int length = (int) Math.min(FileBytes.MAX, file.size() - next);
            FileResult.Content content =
                    files.ask(tree, new FileRequest.Read(path, next, length), FileResult.Content.class);
            if (!content.file().isSameFile(file) || content.bytes().length() < length) {
                throw new IOException("the file of the jail was replaced or cut while it was read");
            }
            part = content.bytes().bytes();
            used = 0;
            next += part.length;
            return true;
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
