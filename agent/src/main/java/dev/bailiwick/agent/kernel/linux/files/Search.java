package dev.bailiwick.agent.kernel.linux.files;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_DIRECTORY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_RDONLY;

import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FileName;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult.Match;
import dev.bailiwick.jail.file.FileResult.Matches;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Looks for names below a directory until it has enough or its time is over. Follows no link, and leaves the jail's own file system out. */
final class Search {

    private static final int MAX_DEPTH = 64;

    private final JailTree tree;
    private final FileRequest.Search request;
    private final String text;
    private final Deadline deadline;
    private final List<Match> matches = new ArrayList<>();
    private int bytes;
    private boolean isComplete = true;

    Search(JailTree tree, FileRequest.Search request, Deadline deadline) {
        this.tree = tree;
        this.request = request;
        this.text = request.text().toLowerCase(Locale.ROOT);
        this.deadline = deadline;
    }

    Matches run() {
        try (Descriptor directory = tree.openDirectory(request.path())) {
            search(directory, request.path(), 1);
        }
        return new Matches(matches, isComplete);
    }

    private void search(Descriptor directory, FilePath path, int depth) {
        isComplete &= Directory.read(directory, entry -> {
            visit(directory, path, entry, depth);
            return !deadline.isOver() && matches.size() < request.limit() && bytes < FileOperations.MAX_BYTES;
        });
    }

    private void visit(Descriptor directory, FilePath path, Directory.Entry entry, int depth) {
        byte[] name = entry.name();
        String shown = FileName.text(name);
        boolean isMatch = shown.toLowerCase(Locale.ROOT).contains(text);
        if (!isMatch && !entry.mayBeDirectory()) {
            // Most are so, and nothing more is asked about them: a directory can have a million.
            return;
        }
        FilePath child;
        FileState state;
        try {
            child = path.child(shown);
            state = FileState.of(directory, name);
        } catch (InvalidValue | LinuxFailure e) {
            // Its path is too long, or it is gone.
            isComplete &= e instanceof LinuxFailure;
            return;
        }
        try {
            if (isMatch) {
                FileEntry found = tree.entry(directory, name, state);
                matches.add(new Match(child, found));
                bytes += FileOperations.bytes(child.text()) + FileOperations.bytes(found);
            }
            if (state.kind() == FileKind.DIRECTORY && !state.isMounted() && isOpen(state)) {
                enter(directory, child, name, depth);
            }
        } catch (LinuxFailure e) {
            // It has become another kind of file, or is gone.
            isComplete = false;
        }
    }

    private boolean isOpen(FileState directory) {
        return directory.isReadable(tree.range()) && directory.isSearchable(tree.range());
    }

    private void enter(Descriptor directory, FilePath child, byte[] name, int depth) {
        if (depth == MAX_DEPTH) {
            isComplete = false;
            return;
        }
        try (Descriptor below = JailTree.openIn(directory, name, O_RDONLY | O_DIRECTORY, 0)) {
            search(below, child, depth + 1);
        }
    }
}
