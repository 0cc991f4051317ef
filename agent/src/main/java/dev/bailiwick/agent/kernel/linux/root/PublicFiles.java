package dev.bailiwick.agent.kernel.linux.root;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** The files of the host that everybody on it may read: only these can be given to a jail, whose root owns what it gets. */
final class PublicFiles {

    private PublicFiles() {}

    /** Copies the files that everybody may read on the host. It leaves out all others, because the jail's root owns the copy. */
    static void copy(Path from, Path to) throws IOException {
        if (!Files.exists(from, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                if (!isFor(directory, "r-x")) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(target(directory));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isSymbolicLink() || isFor(file, "r--")) {
                    Files.createDirectories(target(file).getParent());
                    Files.copy(file, target(file), LinkOption.NOFOLLOW_LINKS);
                }
                return FileVisitResult.CONTINUE;
            }

            private Path target(Path path) {
                return to.resolve(from.relativize(path));
            }
        });
    }

    /** Returns whether everybody on the host may read a file. */
    static boolean isForEverybody(Path file) throws IOException {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS) && isFor(file, "r--");
    }

    /** @param rights the rights that everybody must have, in the notation of {@code ls} */
    private static boolean isFor(Path path, String rights) throws IOException {
        return Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS)
                .containsAll(PosixFilePermissions.fromString("------" + rights));
    }
}
