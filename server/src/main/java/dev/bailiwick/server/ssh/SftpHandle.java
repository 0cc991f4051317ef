package dev.bailiwick.server.ssh;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileRequest.UploadId;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.jail.file.FileEvent;
import dev.bailiwick.server.jail.file.content.ContentReader;
import dev.bailiwick.server.jail.file.content.ContentWriter;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a client of SFTP has open; used by one thread. */
sealed interface SftpHandle {

    FilePath path();

    /** A file that is read. */
    final class Reader implements SftpHandle {

        private static final int MAX = 128 * 1024;

        private final SftpFiles files;
        private final FilePath path;
        private final FileEntry file;
        private final Part part;

        /** @throws dev.bailiwick.server.problem.Failure if it is no regular file */
        Reader(SftpFiles files, FilePath path, Part part) {
            this.files = files;
            this.path = path;
            this.part = part;
            this.file = files.ask(new FileRequest.Read(path, 0, 0), FileResult.Content.class)
                    .file();
        }

        @Override
        public FilePath path() {
            return path;
        }

        FileEntry file() {
            return file;
        }

        /**
         * Returns bytes from the offset on: fewer than {@code length} only at the end of the file, or if there are more than {@link #MAX}.
         * OpenSSH up to 9.2 cuts a file at the first answer that is shorter.
         *
         * @throws SftpFault if there is another file now
         */
        byte[] read(long offset, int length) throws SftpFault {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int wanted = Math.min(length, MAX);
            while (bytes.size() < wanted && fill(offset + bytes.size())) {
                int from = (int) (offset + bytes.size() - part.begin);
                bytes.write(part.bytes, from, Math.min(part.bytes.length - from, wanted - bytes.size()));
            }
            return bytes.toByteArray();
        }

        /** Reads the part at this offset, unless it was the last one that was read; returns whether there is one. */
        private boolean fill(long offset) throws SftpFault {
            if (!part.has(this, offset)) {
                byte[] bytes = offset < file.size() ? part.next(this, offset) : beyond(offset);
                part.of = this;
                part.begin = offset;
                part.bytes = bytes;
            }
            return part.bytes.length > 0;
        }

        /** Reads what the file has got since it was opened. */
        private byte[] beyond(long offset) throws SftpFault {
            FileResult.Content content =
                    files.ask(new FileRequest.Read(path, offset, FileBytes.MAX), FileResult.Content.class);
            if (!content.file().isSameFile(file)) {
                throw new SftpFault(SftpFault.FAILURE, "The file was replaced while it was read.");
            }
            return content.bytes().bytes();
        }

        private ContentReader from(long offset) {
            return new ContentReader(files, path, file, offset);
        }
    }

    /** The part of a file that was read last, of which clients usually want the rest next, and then what follows. All files of a session share one. */
    final class Part {

        private @Nullable Reader of;
        private @Nullable ContentReader content;
        private long begin;
        private byte[] bytes = {};

        private boolean has(Reader file, long offset) {
            return file == of && offset >= begin && offset < begin + bytes.length;
        }

        private byte[] next(Reader file, long offset) {
            ContentReader going = content;
            if (going == null || file != of || offset != begin + bytes.length) {
                forget();
                going = file.from(offset);
                content = going;
            }
            try {
                return going.read();
            } catch (RuntimeException e) {
                forget();
                throw e;
            }
        }

        /** Forgets what was read in advance. */
        void forget() {
            if (content != null) {
                content.close();
                content = null;
            }
        }

        /** Forgets all of a file that is closed. */
        void forget(SftpHandle closed) {
            if (closed == of) {
                forget();
                of = null;
                bytes = new byte[0];
            }
        }
    }

    /** A file that is written, from its beginning to its end. It replaces the one that is there when it is closed. */
    final class Writer implements SftpHandle {

        static final String AS_A_WHOLE = "A file is only replaced as a whole.";

        private final SftpFiles files;
        private final FilePath path;
        private final boolean isNew;
        /** How many bytes of the old file stay if fewer are written. */
        private long kept;

        private OptionalInt mode;
        private Optional<SftpPackets.Owners> owners = Optional.empty();
        private final UploadId upload = new UploadId(UUID.randomUUID().toString());
        private final ContentWriter content;
        /** Whether a part of the file is missing, because it was not written. */
        private boolean hasHole;

        /**
         * @param isNew whether no file may be there
         * @param mode of the new file; empty for that of the old one
         * @param kept the size of the old file if it is not truncated
         */
        Writer(SftpFiles files, FilePath path, boolean isNew, OptionalInt mode, long kept) {
            this.files = files;
            this.path = path;
            this.isNew = isNew;
            this.mode = mode;
            this.kept = kept;
            this.content = new ContentWriter(files, path, upload, 0);
        }

        /** Returns the owners that the file is to have; empty for those that it has by itself. */
        Optional<SftpPackets.Owners> owners() {
            return owners;
        }

        /**
         * Notes what the file is to have once it is in its place. Clients that have overwritten a file say its new size so.
         *
         * @throws SftpFault if something cannot be set
         */
        void set(SftpPackets.Wanted wanted) throws SftpFault {
            if (wanted.mode().isPresent()) {
                mode = wanted.mode();
            }
            if (wanted.owners().isPresent()) {
                owners = wanted.owners();
            }
            if (wanted.size().isPresent()) {
                if (wanted.size().getAsLong() != written()) {
                    throw SftpFault.ofAttributes();
                }
                kept = 0;
            }
            if (wanted.hasOthers()) {
                throw SftpFault.ofAttributes();
            }
        }

        private long written() {
            return content.size();
        }

        @Override
        public FilePath path() {
            return path;
        }

        /** @throws SftpFault if the bytes do not follow those before */
        void write(long offset, byte[] bytes) throws SftpFault {
            boolean follows = offset == written() && !hasHole;
            // Until all of it is written.
            hasHole = true;
            if (!follows) {
                throw new SftpFault(SftpFault.UNSUPPORTED, "A file is written from its beginning to its end.");
            }
            content.write(bytes, 0, bytes.length);
            hasHole = false;
        }

        /**
         * Puts the file in its place.
         *
         * @throws SftpFault if a part is missing, or the rest of the old file would have to stay
         */
        void finish() throws SftpFault {
            if (hasHole) {
                throw new SftpFault(SftpFault.FAILURE, "A part of the file was not written.");
            }
            if (written() < kept) {
                throw new SftpFault(SftpFault.UNSUPPORTED, AS_A_WHOLE);
            }
            files.record(new FileEvent.Written(path.text()));
            var _ = content.end(new FileRequest.End(Optional.empty(), isNew, mode));
        }

        /** Leaves nothing behind. */
        void drop() {
            content.settle();
            if (content.hasBegun()) {
                files.drop(new FileRequest.DropUpload(path, upload));
            }
        }
    }

    /** A directory that is listed. */
    final class Directory implements SftpHandle {

        /** With the longest names, an answer has as many bytes as OpenSSH accepts. */
        private static final int ENTRIES = 100;

        private final SftpFiles files;
        private final FilePath path;
        private Optional<Long> next = Optional.of(0L);

        /** @throws dev.bailiwick.server.problem.Failure if it is no directory */
        Directory(SftpFiles files, FilePath path) {
            this.files = files;
            this.path = path;
            var _ = files.ask(new FileRequest.List(path, 0, 1), FileResult.Entries.class);
        }

        @Override
        public FilePath path() {
            return path;
        }

        /** Returns the next entries; none at the end. */
        List<FileEntry> read() {
            while (next.isPresent()) {
                FileResult.Entries entries =
                        files.ask(new FileRequest.List(path, next.get(), ENTRIES), FileResult.Entries.class);
                next = entries.next();
                if (!entries.entries().isEmpty()) {
                    return entries.entries();
                }
            }
            return List.of();
        }
    }
}
