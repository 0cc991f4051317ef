package dev.bailiwick.agent.kernel.linux.ids;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;

/** Finds directories that belong to ids of jails, for an agent whose record is lost or damaged. */
final class StrayFiles {

    private StrayFiles() {}

    /**
     * Returns the topmost directories whose owner is an id of a jail, by their path below {@code base}.
     *
     * @param without a directory to skip
     * @param rangeOf returns the range that contains an id; empty if no jail can have the id
     */
    static Map<String, IdRange> below(Path base, Path without, LongFunction<Optional<IdRange>> rangeOf)
            throws IOException {
        Map<String, IdRange> found = new TreeMap<>();
        Files.walkFileTree(base, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                if (directory.equals(base)) {
                    return FileVisitResult.CONTINUE;
                }
                if (directory.equals(without)) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                long owner = Integer.toUnsignedLong(
                        (Integer) Files.getAttribute(directory, "unix:uid", java.nio.file.LinkOption.NOFOLLOW_LINKS));
                Optional<IdRange> range = rangeOf.apply(owner);
                range.ifPresent(r -> found.put(base.relativize(directory).toString(), r));
                return range.isPresent() ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }
        });
        return found;
    }
}
