package dev.bailiwick.agent.kernel.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Deletes a tree that a jail has filled: by descriptor, following nothing, and with bounded depth, since a jail may have
 * nested directories deeper than any stack or table of descriptors.
 */
final class FileTree {

    private static final int MOST_DEPTH = 64;

    private final SecureDirectoryStream<Path> top;
    private final Deque<Path> lifted = new ArrayDeque<>();
    private int lifts;

    private FileTree(SecureDirectoryStream<Path> top) {
        this.top = top;
    }

    /** Deletes the entry of this name and all below it; does nothing where there is none. */
    static void delete(Descriptor parent, String name) {
        Path directory = Path.of("/proc/self/fd", Integer.toString(parent.number()));
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            if (!(stream instanceof SecureDirectoryStream<Path> secure)) {
                throw new IllegalStateException("this Java has no directory streams by descriptor");
            }
            FileTree tree = new FileTree(secure);
            tree.deleteEntry(secure, Path.of(name), 0);
            while (!tree.lifted.isEmpty()) {
                tree.deleteEntry(secure, tree.lifted.pop(), 0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void deleteEntry(SecureDirectoryStream<Path> parent, Path name, int depth) throws IOException {
        BasicFileAttributeView view =
                parent.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        boolean directory;
        try {
            directory = view.readAttributes().isDirectory();
        } catch (java.nio.file.NoSuchFileException e) {
            return;
        }
        if (!directory) {
            parent.deleteFile(name);
            return;
        }
        if (depth == MOST_DEPTH) {
            Path above = Path.of(".bailiwick-deleting-" + lifts++);
            parent.move(name, top, above);
            lifted.push(above);
            return;
        }
        try (SecureDirectoryStream<Path> children = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            for (Path child : children) {
                deleteEntry(children, child.getFileName(), depth + 1);
            }
        }
        parent.deleteDirectory(name);
    }
}
