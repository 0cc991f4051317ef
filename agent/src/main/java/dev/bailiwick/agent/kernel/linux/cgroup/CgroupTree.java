package dev.bailiwick.agent.kernel.linux.cgroup;

import dev.bailiwick.agent.disk.TextFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A directory tree of cgroup v2. The jail that it belongs to may change it at the same time. */
final class CgroupTree {

    private CgroupTree() {}

    /** Removes the tree; does nothing if it no longer exists. */
    static void remove(Path directory) throws IOException {
        for (Path child : below(directory)) {
            remove(child);
        }
        Files.deleteIfExists(directory);
    }

    /** Adds the process ids of all processes in the tree. */
    static void collect(Path directory, List<Integer> processes) throws IOException {
        try {
            // A threaded cgroup lists no processes itself; the cgroup above it lists them.
            if (!TextFile.read(directory.resolve("cgroup.type")).equals("threaded\n")) {
                TextFile.lines(directory.resolve("cgroup.procs")).forEach(pid -> processes.add(Integer.valueOf(pid)));
            }
        } catch (IOException e) {
            if (Files.exists(directory)) {
                throw e;
            }
            // Removed meanwhile, possibly by the jail. Its files fail with ENOENT before they are open, with ENODEV
            // afterwards.
            return;
        }
        for (Path child : below(directory)) {
            collect(child, processes);
        }
    }

    private static List<Path> below(Path directory) throws IOException {
        List<Path> below = new ArrayList<>();
        try {
            // A kernfs directory has two links of its own and one for each subdirectory. Most have no subdirectory.
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
