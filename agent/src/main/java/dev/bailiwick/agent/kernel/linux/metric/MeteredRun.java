package dev.bailiwick.agent.kernel.linux.metric;

import dev.bailiwick.agent.kernel.JailMetrics.Run;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The open files of one cgroup or link. A file that the host does not have is left out. */
final class MeteredRun implements AutoCloseable {

    private final Run run;
    private final List<OpenFile> files;

    private record OpenFile(Descriptor descriptor, List<MeteredFile.Entry> entries) {}

    private MeteredRun(Run run, List<OpenFile> files) {
        this.run = run;
        this.files = files;
    }

    /**
     * Opens the files below this directory.
     *
     * @param boot what identifies the time since the kernel has booted
     * @param beganAtMillis when the cgroup or link began to be used
     * @return empty if the directory does not exist
     */
    static Optional<MeteredRun> open(Path directory, List<MeteredFile> metered, String boot, long beganAtMillis) {
        Optional<UUID> id = idOf(directory, boot);
        return id.map(known -> {
            List<OpenFile> files = new ArrayList<>(metered.size());
            try {
                metered.forEach(file -> open(directory.resolve(file.name()))
                        .ifPresent(open -> files.add(new OpenFile(open, file.entries()))));
            } catch (LinuxFailure e) {
                files.forEach(file -> file.descriptor.close());
                throw e;
            }
            return new MeteredRun(new Run(known, beganAtMillis), files);
        });
    }

    /** The kernel gives the number of a directory in its own file systems to no other until it boots again (kernfs_get_ino in kernfs). */
    private static Optional<UUID> idOf(Path directory, String boot) {
        try {
            Map<String, Object> numbers = Files.readAttributes(directory, "unix:dev,ino");
            String name = boot + " " + numbers.get("dev") + " " + numbers.get("ino");
            return Optional.of(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Descriptor> open(Path file) {
        try (NativeMemory memory = new NativeMemory()) {
            String path = file.toString();
            long opened = Linux.openat2Raw(memory, Constants.AT_FDCWD, path, Constants.O_RDONLY, 0, 0);
            if (opened == -Errno.ENOENT || opened == -Errno.ENODEV) {
                return Optional.empty();
            }
            // Children copy no descriptors with high numbers.
            return Optional.of(new Descriptor((int) Linux.check("openat2", path, opened)).movedHigh());
        }
    }

    Run run() {
        return run;
    }

    /** Returns how many files are open. */
    int size() {
        return files.size();
    }

    /** Reads all files into {@code values}, by the ordinal of the metric; returns false if the cgroup or link no longer exists. */
    boolean read(SampleBuffer buffer, long[] values) {
        boolean exists = false;
        for (int i = 0; i < files.size(); i++) {
            OpenFile file = files.get(i);
            if (!buffer.fill(file.descriptor)) {
                continue;
            }
            exists = true;
            for (int j = 0; j < file.entries.size(); j++) {
                file.entries.get(j).read(buffer, values);
            }
        }
        return exists;
    }

    @Override
    public void close() {
        files.forEach(file -> file.descriptor.close());
    }
}
