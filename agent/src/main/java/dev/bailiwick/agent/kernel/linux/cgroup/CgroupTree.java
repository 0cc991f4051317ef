package dev.bailiwick.agent.kernel.linux.cgroup;

import dev.bailiwick.agent.disk.TextFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A directory of cgroup v2 with all that is below it, which the jail that it belongs to may change meanwhile. */
final class CgroupTree {

    private CgroupTree() {}

    /** Removes it; it may be gone already. */
    static void remove(Path directory) throws IOException {
        for (Path child : below(directory)) {
            remove(child);
        }
        Files.deleteIfExists(directory);
    }

    /** Adds the numbers of all processes in it. */
    static void collect(Path directory, List<Integer> processes) throws IOException {
        try {
            // The processes of a threaded group are listed by the group above it, and by no file of its own.
            if (!TextFile.read(directory.resolve("cgroup.type")).equals("threaded\n")) {
                TextFile.lines(directory.resolve("cgroup.procs")).forEach(pid -> processes.add(Integer.valueOf(pid)));
            }
        } catch (IOException e) {
            if (Files.exists(directory)) {
                throw e;
            }
            return; // removed meanwhile, maybe by the jail, and with it its files: ENOENT before they are open, ENODEV
            // after
        }
        for (Path child : below(directory)) {
            collect(child, processes);
        }
    }

    private static List<Path> below(Path directory) throws IOException {
        List<Path> below = new ArrayList<>();
        try {
            // A directory of kernfs has a link for each directory in it, beside its own two: most have none.
            if (Files.getAttribute(directory, "unix:nlink").equals(2)) {
                return below;
            }
        } catch (NoSuchFileException e) {
            return below;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory, Files::isDirectory)) {
            children.forEach(below::add);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return below;
    }
}
