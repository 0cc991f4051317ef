package dev.bailiwick.agent.kernel.linux.syscall;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Deletes a directory tree that a jail has filled. It works by descriptor, follows no links and has a bounded depth, because a jail may
 * nest directories deeper than any stack or descriptor table permits. It moves directories that are too deep to the top of the same tree,
 * so that an interrupted deletion leaves nothing outside of the tree.
 */
public final class FileTree {

    private static final int MAX_DEPTH = 64;

    private final SecureDirectoryStream<Path> top;
    private final Deque<Path> lifted = new ArrayDeque<>();

    private FileTree(SecureDirectoryStream<Path> top) {
        this.top = top;
    }

    /** Deletes the entry of this name and everything below it; does nothing if there is none. */
    public static void delete(Descriptor parent, String name) {
        Path directory = Path.of("/proc/self/fd", Integer.toString(parent.number()));
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            if (!(stream instanceof SecureDirectoryStream<Path> secure)) {
                throw new IllegalStateException("this Java runtime has no SecureDirectoryStream");
            }
            Path entry = Path.of(name);
            if (deleteUnlessDirectory(secure, entry)) {
                return;
            }
            try (SecureDirectoryStream<Path> top = secure.newDirectoryStream(entry, LinkOption.NOFOLLOW_LINKS)) {
                new FileTree(top).deleteAll();
            }
            secure.deleteDirectory(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void deleteAll() throws IOException {
        for (Path child : top) {
            deleteEntry(top, child.getFileName(), 1);
        }
        while (!lifted.isEmpty()) {
            deleteEntry(top, lifted.pop(), 1);
        }
    }

    /** Deletes the entry if it is not a directory; returns whether the entry no longer exists. */
    private static boolean deleteUnlessDirectory(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        BasicFileAttributeView view =
                parent.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        try {
            if (view.readAttributes().isDirectory()) {
                return false;
            }
        } catch (NoSuchFileException e) {
            return true;
        }
        parent.deleteFile(name);
        return true;
    }

    private void deleteEntry(SecureDirectoryStream<Path> parent, Path name, int depth) throws IOException {
        if (deleteUnlessDirectory(parent, name)) {
            return;
        }
        if (depth == MAX_DEPTH) {
            // The jail cannot have used this name: it is random.
            Path above = Path.of(".bailiwick-deleting-"
                    + Long.toHexString(ThreadLocalRandom.current().nextLong()));
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
