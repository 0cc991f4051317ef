package dev.bailiwick.agent.kernel.linux.files;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;

import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FileName;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Does what a request asks for, with the rights of root of the jail. */
public final class FileOperations {

    private static final Duration MAX_TIME = Duration.ofSeconds(2);
    private static final int NEW_DIRECTORY = 0755;

    /** The bytes of one answer, before its last entry: a jail can have a thousand long names, and the link takes 256 KiB. */
    static final int MAX_BYTES = 200_000;

    /** What an entry takes besides its texts. */
    private static final int ENTRY_BYTES = 200;

    private final JailTree tree;
    private final Optional<OpenDirectories.OfJail> open;

    private FileOperations(Descriptor root, IdRange range, Optional<OpenDirectories.OfJail> open) {
        this.tree = new JailTree(root, range);
        this.open = open;
    }

    /**
     * Returns what can be done with the files of a jail whose root is only there for the moment.
     *
     * @param root the root directory of the jail, which must stay open
     * @param range the ids that own the files of the jail
     */
    public static FileOperations atOnce(Descriptor root, IdRange range) {
        return new FileOperations(root, range, Optional.empty());
    }

    /**
     * Returns what can be done with the files of a jail that runs, as {@link #atOnce} does.
     *
     * @param open where directories stay open between the parts of a list
     */
    public static FileOperations ofRunning(Descriptor root, IdRange range, JailId jail, OpenDirectories open) {
        return new FileOperations(root, range, Optional.of(open.of(jail)));
    }

    /** Does it; must be called by a thread of the platform. Takes about 2 s at most. */
    public FileResult perform(FileRequest request) {
        try (ActingRoot _ = new ActingRoot(tree.range())) {
            return attempt(request);
        } catch (LinuxFailure e) {
            return FileRefused.of(e);
        }
    }

    private FileResult attempt(FileRequest request) {
        try {
            return run(request);
        } catch (FileRefused e) {
            return e.result();
        } catch (LinuxFailure e) {
            return FileRefused.of(e);
        }
    }

    private FileResult run(FileRequest request) {
        return switch (request) {
            case FileRequest.Look look -> look(look);
            case FileRequest.List list -> list(list);
            case FileRequest.Read read -> Uploads.read(tree, read);
            case FileRequest.Search search -> new Search(tree, search, new Deadline(MAX_TIME)).run();
            case FileRequest.FindUpload find -> new Uploads(tree).find(find);
            case FileRequest.Write write -> new Uploads(tree).write(write);
            case FileRequest.DropUpload drop -> new Uploads(tree).drop(drop);
            case FileRequest.MakeDirectory make -> makeDirectory(make);
            case FileRequest.MakeLink make -> makeLink(make);
            case FileRequest.Rename rename -> rename(rename);
            case FileRequest.Remove remove -> remove(remove);
            case FileRequest.SetMode set -> setMode(set);
            case FileRequest.SetOwner set -> setOwner(set);
            case FileRequest.Batch(List<FileRequest> requests) -> runAll(requests);
        };
    }

    private FileResult runAll(List<FileRequest> requests) {
        Deadline deadline = new Deadline(MAX_TIME);
        List<FileResult> results = new ArrayList<>();
        int bytes = 0;
        for (FileRequest request : requests) {
            FileResult result = attempt(request);
            results.add(result);
            bytes += bytes(result);
            boolean isStopped = result instanceof FileResult.Refused && request.isChange();
            if (isStopped || bytes > MAX_BYTES || deadline.isOver()) {
                break;
            }
        }
        return new FileResult.Results(results);
    }

    /** Returns at least as many bytes as the result of a request of a batch takes in an answer. */
    private static int bytes(FileResult result) {
        return switch (result) {
            case FileResult.Content(FileBytes content, FileEntry file) -> content.length() + bytes(file);
            case FileResult.Found(FileEntry entry) -> bytes(entry);
            case FileResult.Refused(Reason _, String detail) -> ENTRY_BYTES + bytes(detail);
            case FileResult.Uploaded _,
                    FileResult.Entries _,
                    FileResult.Removed _,
                    FileResult.Matches _,
                    FileResult.Results _ -> ENTRY_BYTES;
        };
    }

    private FileResult look(FileRequest.Look request) {
        if (request.path().isRoot()) {
            return new FileResult.Found(tree.rootEntry());
        }
        try (Place place = tree.place(request.path())) {
            return found(place);
        }
    }

    private FileResult found(Place place) {
        return new FileResult.Found(tree.entry(place));
    }

    private FileResult list(FileRequest.List request) {
        Descriptor opened = tree.openDirectory(request.path());
        try {
            FileState state = FileState.of(opened);
            Optional<Directory> before = open.flatMap(kept -> kept.take(state, request.after()));
            if (before.isPresent()) {
                opened.close();
                opened = before.get().descriptor();
                return list(request, before.get(), state);
            }
            Directory directory = new Directory(opened);
            directory.seek(request.after());
            return list(request, directory, state);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** Lists a part, and keeps or closes the directory afterwards. */
    private FileResult list(FileRequest.List request, Directory directory, FileState state) {
        List<FileEntry> entries = new ArrayList<>();
        int[] bytes = {0};
        Deadline deadline = new Deadline(MAX_TIME);
        boolean isWhole = directory.read(entry -> {
            if (entries.size() == request.limit() || bytes[0] > MAX_BYTES || deadline.isOver()) {
                return false;
            }
            bytes[0] += addEntry(directory.descriptor(), entry.name(), entries);
            return true;
        });
        if (isWhole) {
            directory.close();
            return new FileResult.Entries(entries, Optional.empty());
        }
        long next = directory.next();
        open.ifPresentOrElse(kept -> kept.keep(state, directory), directory::close);
        return new FileResult.Entries(entries, Optional.of(next));
    }

    /** @return the bytes of the entry in an answer */
    private int addEntry(Descriptor directory, byte[] name, List<FileEntry> entries) {
        try {
            FileEntry entry = tree.entry(directory, name, FileState.of(directory, name));
            entries.add(entry);
            return bytes(entry);
        } catch (LinuxFailure e) {
            if (FileRefused.of(e).reason() == Reason.INVALID) {
                throw e;
            }
            // The jail has removed or replaced it since.
            return 0;
        }
    }

    /** Returns at least as many bytes as the entry takes in an answer. */
    static int bytes(FileEntry entry) {
        return ENTRY_BYTES
                + bytes(entry.name())
                + entry.target().map(FileOperations::bytes).orElse(0);
    }

    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private FileResult makeDirectory(FileRequest.MakeDirectory request) {
        try (Place place = tree.placeToChange(request.path());
                NativeMemory memory = new NativeMemory()) {
            Linux.call(
                    SystemCall.MKDIRAT,
                    "directory",
                    place.directory().number(),
                    NativeMemory.address(memory.path(place.name())),
                    NEW_DIRECTORY);
            return found(place);
        }
    }

    private FileResult makeLink(FileRequest.MakeLink request) {
        try (Place place = tree.placeToChange(request.path());
                NativeMemory memory = new NativeMemory()) {
            Linux.call(
                    SystemCall.SYMLINKAT,
                    "link",
                    NativeMemory.address(memory.path(FileName.bytes(request.target()))),
                    place.directory().number(),
                    NativeMemory.address(memory.path(place.name())));
            return found(place);
        }
    }

    private FileResult rename(FileRequest.Rename request) {
        try (Place from = tree.placeToChange(request.path());
                Place to = tree.placeToChange(request.to())) {
            tree.requireOwn(from);
            if (JailTree.find(to).isPresent()) {
                tree.requireOwn(to);
            }
            Uploads.rename(from, to, request.replaces() ? 0 : Constants.RENAME_NOREPLACE);
            return found(to);
        }
    }

    private FileResult remove(FileRequest.Remove request) {
        try (Place place = tree.placeToChange(request.path())) {
            if (JailTree.find(place).isEmpty()) {
                // An earlier request has removed it.
                return new FileResult.Removed(0, true);
            }
            tree.requireOwn(place);
            return new Removal(place, tree.range(), new Deadline(MAX_TIME)).run();
        }
    }

    private FileResult setMode(FileRequest.SetMode request) {
        try (Place place = tree.placeToChange(request.path());
                Descriptor file = ownFile(place)) {
            if (FileState.of(file).kind() == FileKind.LINK) {
                throw new FileRefused(Reason.WRONG_KIND, "a link has no permissions of its own");
            }
            Uploads.setMode(file, request.mode());
            return found(place);
        }
    }

    private FileResult setOwner(FileRequest.SetOwner request) {
        try (Place place = tree.placeToChange(request.path());
                Descriptor file = ownFile(place)) {
            long first = tree.range().first();
            Uploads.own(file, first + request.owner(), first + request.group());
            return found(place);
        }
    }

    /** Opens a file of the jail only to change its attributes. */
    private Descriptor ownFile(Place place) {
        tree.requireOwn(place);
        Descriptor file = JailTree.openIn(place.directory(), place.name(), O_PATH, 0);
        if (!FileState.of(file).isOf(tree.range())) {
            file.close();
            throw new FileRefused(Reason.NOT_ALLOWED, "the file does not belong to the jail");
        }
        return file;
    }
}
