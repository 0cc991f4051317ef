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

/** Finds directories that bear ids of jails, for an agent whose record of them is lost or damaged. */
final class StrayFiles {

    private StrayFiles() {}

    /**
     * The topmost directories whose owner has an id of a jail, by their path below {@code base}.
     *
     * @param rangeOf the range that an id is of; empty where it is not one of a jail's
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
