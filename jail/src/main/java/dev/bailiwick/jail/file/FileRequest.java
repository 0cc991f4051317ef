package dev.bailiwick.jail.file;

import dev.bailiwick.jail.validation.InvalidValue;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** What is to be done with files of a jail. A link in the last part of a path is followed only where that is said. */
public sealed interface FileRequest {

    /** The entries of one answer. */
    int MAX_ENTRIES = 1_000;

    FilePath path();

    /** Returns whether it may change something. */
    default boolean isChange() {
        return switch (this) {
            case Look _, List _, Read _, Search _, FindUpload _ -> false;
            case Write _, DropUpload _, MakeDirectory _, MakeLink _, Rename _, Remove _, SetMode _, SetOwner _ -> true;
            case Batch(java.util.List<FileRequest> requests) ->
                requests.stream().anyMatch(FileRequest::isChange);
        };
    }

    /** Asks what is there. */
    record Look(FilePath path) implements FileRequest {}

    /**
     * Asks for entries of a directory, in the order of its file system; follows a link.
     *
     * @param after where the previous part ended; 0 for the beginning
     * @param limit 1 to {@link #MAX_ENTRIES}
     */
    record List(FilePath path, long after, int limit) implements FileRequest {

        public List {
            requireLimit(limit);
            requireNotNegative(after);
        }
    }

    /**
     * Asks for a part of a regular file; follows a link.
     *
     * @param offset of the first byte
     * @param length 0 to {@link FileBytes#MAX}
     */
    record Read(FilePath path, long offset, int length) implements FileRequest {

        public Read {
            requireNotNegative(offset);
            if (length < 0 || length > FileBytes.MAX) {
                throw new InvalidValue("must be 0 to 40,960");
            }
        }
    }

    /**
     * Asks for the files below a directory whose names contain a text, in any case of letters.
     *
     * @param text 1 to 255 characters
     * @param limit 1 to {@link #MAX_ENTRIES}
     */
    record Search(FilePath path, String text, int limit) implements FileRequest {

        public Search {
            requireLimit(limit);
            if (text.isEmpty() || text.length() > FilePath.MAX_NAME_BYTES) {
                throw new InvalidValue("must have 1 to 255 characters");
            }
        }
    }

    /** Asks how much of an upload is there. */
    record FindUpload(FilePath path, UploadId upload) implements FileRequest {}

    /**
     * Appends to an upload, a file beside the one that it will replace; begins it again at the offset 0. If a link is there, the file to which
     * it leads is meant.
     *
     * @param offset how much of the upload is there already
     * @param end empty if more is to come
     */
    record Write(FilePath path, UploadId upload, long offset, FileBytes bytes, Optional<End> end)
            implements FileRequest {

        public Write {
            requireNotNegative(offset);
        }
    }

    /**
     * Puts an upload in the place of its file. The new file keeps the permissions and owners of the one that it replaces.
     *
     * @param version that the replaced file must have; empty for any or none
     * @param isNew whether no file may be there
     * @param mode the permissions of the new file; empty for those of the old one, or 0644
     */
    record End(Optional<String> version, boolean isNew, OptionalInt mode) {

        public End {
            mode.ifPresent(FileRequest::requireMode);
        }
    }

    /** Removes an upload that is not to be ended. */
    record DropUpload(FilePath path, UploadId upload) implements FileRequest {}

    record MakeDirectory(FilePath path) implements FileRequest {}

    /** @param target as {@link FileName} writes it: 1 to 4,095 bytes */
    record MakeLink(FilePath path, String target) implements FileRequest {

        public MakeLink {
            int bytes = FileName.bytes(target).length;
            if (bytes < 1 || bytes > FilePath.MAX_BYTES) {
                throw new InvalidValue("must have 1 to 4,095 bytes");
            }
        }
    }

    /** @param replaces whether a file at the other path, or an empty directory, is replaced */
    record Rename(FilePath path, FilePath to, boolean replaces) implements FileRequest {}

    /** Removes a file, or a directory with everything in it; goes on where an earlier one ended. */
    record Remove(FilePath path) implements FileRequest {}

    /** @param mode 0 to 07777 */
    record SetMode(FilePath path, int mode) implements FileRequest {

        public SetMode {
            requireMode(mode);
        }
    }

    /** @param owner the id of a user in the jail, {@code group} that of a group: 0 to 65,535 */
    record SetOwner(FilePath path, int owner, int group) implements FileRequest {

        public SetOwner {
            requireId(owner);
            requireId(group);
        }
    }

    /**
     * Asks for several things, which are done one after another, each as if it came alone. Once a change is refused, nothing after it is done;
     * and fewer are done, but at least one, if the time is over or the answer is full.
     *
     * @param requests 1 to {@link #MAX} whose answers are short, with {@link #MAX_BYTES} together
     */
    record Batch(java.util.List<FileRequest> requests) implements FileRequest {

        public static final int MAX = 200;

        /** With the place of the jail, a question has 256 KiB at most. */
        public static final int MAX_BYTES = 240 << 10;

        /** What a request takes besides its texts and its content. */
        private static final int REQUEST_BYTES = 96;

        public Batch {
            requests = java.util.List.copyOf(requests);
            if (requests.isEmpty() || requests.size() > MAX) {
                throw new InvalidValue("must have 1 to 200 requests");
            }
            if (!requests.stream().allMatch(Batch::hasShortAnswer)) {
                throw new InvalidValue("has a request with a long answer");
            }
            if (requests.stream().mapToInt(Batch::bytes).sum() > MAX_BYTES) {
                throw new InvalidValue("has more than 245,760 bytes");
            }
        }

        /**
         * Returns the first of some requests, as many as one question can have.
         *
         * @param requests at least one
         */
        public static Batch ofFirst(java.util.List<FileRequest> requests) {
            int count = 0;
            int bytes = 0;
            while (count < Math.min(requests.size(), MAX)) {
                bytes += bytes(requests.get(count));
                if (bytes > MAX_BYTES) {
                    break;
                }
                count++;
            }
            return new Batch(requests.subList(0, count));
        }

        private static boolean hasShortAnswer(FileRequest request) {
            return switch (request) {
                case List _, Search _, Remove _, Batch _ -> false;
                case Look _,
                        Read _,
                        FindUpload _,
                        Write _,
                        DropUpload _,
                        MakeDirectory _,
                        MakeLink _,
                        Rename _,
                        SetMode _,
                        SetOwner _ -> true;
            };
        }

        /** Returns what a request counts for {@link #MAX_BYTES}: at least as many bytes as it takes in a question. */
        public static int bytes(FileRequest request) {
            int more = switch (request) {
                case Write write -> write.bytes().length();
                case MakeLink link -> utf8(link.target());
                case Rename rename -> utf8(rename.to().text());
                default -> 0;
            };
            return REQUEST_BYTES + utf8(request.path().text()) + more;
        }

        private static int utf8(String text) {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }

        /** It is about several. */
        @Override
        public FilePath path() {
            return FilePath.ROOT;
        }
    }

    /**
     * Names an upload, so that it can go on later.
     *
     * @param text 8 to 36 of a-z, 0-9 and '-'
     */
    record UploadId(String text) {

        private static final Pattern FORM = Pattern.compile("[a-z0-9-]{8,36}");

        public UploadId {
            if (!FORM.matcher(text).matches()) {
                throw new InvalidValue("must be 8 to 36 of a-z, 0-9 and '-'");
            }
        }

        /** Returns the name of the file that holds the upload, in the directory of the file that it will replace. */
        public String fileName() {
            return ".bailiwick-upload-" + text;
        }
    }

    private static void requireLimit(int limit) {
        if (limit < 1 || limit > MAX_ENTRIES) {
            throw new InvalidValue("must be 1 to 1,000");
        }
    }

    private static void requireNotNegative(long number) {
        if (number < 0) {
            throw new InvalidValue("must be 0 to 2^63 - 1");
        }
    }

    private static void requireMode(int mode) {
        if (mode < 0 || mode > 07777) {
            throw new InvalidValue("must be 0 to 07777");
        }
    }

    private static void requireId(int id) {
        if (id < 0 || id > 65_535) {
            throw new InvalidValue("must be 0 to 65,535");
        }
    }
}
