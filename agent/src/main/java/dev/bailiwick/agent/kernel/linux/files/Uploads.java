package dev.bailiwick.agent.kernel.linux.files;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.AT_FDCWD;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CREAT;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_EXCL;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_WRONLY;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileRequest.UploadId;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * New content for files. It is written to a file beside the one that it will replace, chunk by chunk, and replaces that by rename(2): so
 * nobody ever reads a half of it, and an interrupted upload can go on.
 */
final class Uploads {

    private static final int NEW_FILE = 0644;
    private static final int PRIVATE = 0600;

    private final JailTree tree;

    Uploads(JailTree tree) {
        this.tree = tree;
    }

    /** The place of an upload beside that of its file; the latter closes the directory. */
    private static Place beside(Place place, UploadId upload) {
        return new Place(place.directory(), upload.fileName().getBytes(StandardCharsets.US_ASCII));
    }

    FileResult find(FileRequest.FindUpload request) {
        try (Place place = tree.placeBehindLinks(request.path())) {
            return new FileResult.Uploaded(JailTree.find(beside(place, request.upload()))
                    .map(state -> JailTree.requireFile(state).size())
                    .orElse(0L));
        }
    }

    FileResult drop(FileRequest.DropUpload request) {
        try (Place place = tree.placeToChangeBehindLinks(request.path())) {
            remove(beside(place, request.upload()));
            return new FileResult.Uploaded(0);
        }
    }

    private static void remove(Place place) {
        try (NativeMemory memory = new NativeMemory()) {
            long result = Linux.raw(
                    SystemCall.UNLINKAT,
                    place.directory().number(),
                    NativeMemory.address(memory.path(place.name())),
                    0);
            if (result != -Errno.ENOENT) {
                Linux.check("unlinkat", "upload", result);
            }
        }
    }

    FileResult write(FileRequest.Write request) {
        try (Place place = tree.placeToChangeBehindLinks(request.path())) {
            Place upload = beside(place, request.upload());
            try (Descriptor file = request.offset() == 0 ? begin(upload) : goOn(upload, request.offset())) {
                append(file, request.offset(), request.bytes());
                if (request.end().isEmpty()) {
                    return new FileResult.Uploaded(
                            request.offset() + request.bytes().length());
                }
                end(place, upload, file, request.end().get());
            }
            return new FileResult.Found(tree.entry(place));
        }
    }

    private static Descriptor begin(Place upload) {
        remove(upload);
        return JailTree.openIn(upload.directory(), upload.name(), O_WRONLY | O_CREAT | O_EXCL, PRIVATE);
    }

    private Descriptor goOn(Place upload, long offset) {
        try (Descriptor found = JailTree.openIn(upload.directory(), upload.name(), O_PATH, 0)) {
            FileState state = JailTree.requireFile(FileState.of(found));
            if (!state.isOf(tree.range())) {
                throw new FileRefused(Reason.NOT_ALLOWED, "the upload does not belong to the jail");
            }
            if (state.size() != offset) {
                throw new FileRefused(Reason.CHANGED, "the upload has " + state.size() + " bytes, not " + offset);
            }
            return JailTree.reopen(found, O_WRONLY);
        } catch (LinuxFailure e) {
            if (e.errno() == Errno.ENOENT) {
                throw new FileRefused(Reason.CHANGED, "the upload has 0 bytes, not " + offset);
            }
            throw e;
        }
    }

    private static void append(Descriptor file, long offset, FileBytes content) {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer bytes = memory.copy(content.bytes());
            int written = 0;
            while (written < content.length()) {
                written += (int) Linux.call(
                        SystemCall.PWRITE64,
                        "upload",
                        file.number(),
                        NativeMemory.address(bytes) + written,
                        content.length() - written,
                        offset + written);
            }
        }
    }

    private void end(Place place, Place upload, Descriptor file, FileRequest.End end) {
        Optional<FileState> before = JailTree.find(place);
        if (before.isPresent()) {
            if (before.get().kind() == FileKind.DIRECTORY) {
                throw new FileRefused(Reason.WRONG_KIND, "a directory is there");
            }
            tree.requireOwn(place);
        }
        if (end.version().isPresent() && !end.version().equals(before.map(FileState::version))) {
            throw new FileRefused(Reason.CHANGED, "the file has another version, or is gone");
        }
        Optional<FileState> replaced = before.filter(state -> state.kind() == FileKind.FILE);
        // The owner first: chown(2) clears the setuid bit.
        replaced.ifPresent(state -> own(file, state.owner(), state.group()));
        setMode(
                file,
                end.mode()
                        .orElseGet(() ->
                                replaced.map(state -> state.mode() & 07777).orElse(NEW_FILE)));
        rename(upload, place, end.isNew() ? Constants.RENAME_NOREPLACE : 0);
    }

    static void own(Descriptor file, long owner, long group) {
        try (NativeMemory memory = new NativeMemory()) {
            Linux.call(
                    SystemCall.FCHOWNAT,
                    "file",
                    file.number(),
                    NativeMemory.address(memory.text("")),
                    owner,
                    group,
                    Constants.AT_EMPTY_PATH);
        }
    }

    static void setMode(Descriptor file, int mode) {
        try (NativeMemory memory = new NativeMemory()) {
            Linux.call(
                    SystemCall.FCHMODAT,
                    "file",
                    AT_FDCWD,
                    NativeMemory.address(memory.text(JailTree.through(file))),
                    mode);
        }
    }

    static void rename(Place from, Place to, int flags) {
        try (NativeMemory memory = new NativeMemory()) {
            Linux.call(
                    SystemCall.RENAMEAT2,
                    "file",
                    from.directory().number(),
                    NativeMemory.address(memory.path(from.name())),
                    to.directory().number(),
                    NativeMemory.address(memory.path(to.name())),
                    flags);
        }
    }

    /** See {@link FileRequest.Read}. */
    static FileResult read(JailTree tree, FileRequest.Read request) {
        FilePath path = request.path();
        try (Descriptor file = tree.openFile(path);
                NativeMemory memory = new NativeMemory()) {
            Pointer buffer = memory.bytes(Math.max(1, request.length()));
            int length = 0;
            while (length < request.length()) {
                int read = (int) Linux.call(
                        SystemCall.PREAD64,
                        "file",
                        file.number(),
                        NativeMemory.address(buffer) + length,
                        request.length() - length,
                        request.offset() + length);
                if (read == 0) {
                    break;
                }
                length += read;
            }
            return new FileResult.Content(
                    new FileBytes(buffer.getByteArray(0, length)),
                    FileState.of(file).entry(path.name(), tree.range(), Optional.empty()));
        }
    }
}
