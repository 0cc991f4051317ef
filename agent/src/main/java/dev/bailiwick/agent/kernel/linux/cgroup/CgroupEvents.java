package dev.bailiwick.agent.kernel.linux.cgroup;

import dev.bailiwick.agent.disk.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The counters in the {@code *.events} files of a cgroup: a name and a number on each line. */
final class CgroupEvents {

    private CgroupEvents() {}

    /** Returns a counter; 0 if the file does not exist, because no controller counts here or there is no such cgroup. */
    static long count(Path file, String name) {
        if (!Files.exists(file)) {
            return 0;
        }
        try {
            return TextFile.lines(file).stream()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                    .sum();
        } catch (IOException e) {
            if (!Files.exists(file)) {
                return 0; // the cgroup was removed meanwhile
            }
            throw new UncheckedIOException(e);
        }
    }
}
