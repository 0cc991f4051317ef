package dev.bailiwick.agent.kernel.linux.cgroup;

import dev.bailiwick.agent.disk.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The disk with the files of the jails, as the controller {@code io} of cgroup v2 names it: the whole disk, not a partition.
 *
 * @param number major and minor number, such as {@code 254:0}
 * @param weightFile the file of a cgroup with the jail's share of the disk; empty if nothing divides this disk by weights
 */
record JailDisk(String number, Optional<String> weightFile) {

    /** Returns the disk that holds this directory; empty if no single disk does, for example because it is in memory. */
    static Optional<JailDisk> of(Path directory, Path cgroups) {
        return blockDevice(directory).map(device -> {
            Path entry = Path.of("/sys/dev/block", device);
            String number =
                    Files.exists(entry.resolve("partition")) ? read(real(entry).resolveSibling("dev")) : device;
            return new JailDisk(number, weightFile(number, cgroups));
        });
    }

    /** A file system such as btrfs has a device number of its own: its source in mountinfo names the device (proc_pid_mountinfo(5)). */
    private static Optional<String> blockDevice(Path directory) {
        Path real = real(directory);
        List<String[]> mounts = read(Path.of("/proc/self/mountinfo"))
                .lines()
                .map(line -> line.split(" ", -1))
                .filter(fields -> real.startsWith(fields[4]))
                .toList();
        return mounts.stream()
                .max(Comparator.comparingInt(fields -> fields[4].length()))
                .map(fields -> List.of(fields))
                .flatMap(fields -> number(fields.get(2), fields.get(fields.indexOf("-") + 2)));
    }

    private static Optional<String> number(String mounted, String source) {
        if (isBlockDevice(mounted)) {
            return Optional.of(mounted);
        }
        Path file = Path.of(source);
        return file.startsWith("/dev") && Files.exists(file)
                ? Optional.of(numberOf(file)).filter(JailDisk::isBlockDevice)
                : Optional.empty();
    }

    private static boolean isBlockDevice(String number) {
        return Files.exists(Path.of("/sys/dev/block", number));
    }

    private static String numberOf(Path file) {
        try {
            long device = ((Number) Files.getAttribute(file, "unix:rdev")).longValue();
            // makedev(3)
            long major = device >>> 8 & 0xfff | device >>> 32 & ~0xfffL;
            long minor = device & 0xff | device >>> 12 & ~0xffL & 0xffffffffL;
            return major + ":" + minor;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A weight counts where the scheduler bfq serves the disk, or where the operator has switched on the kernel's cost model for it. */
    private static Optional<String> weightFile(String number, Path cgroups) {
        Path scheduler = Path.of("/sys/dev/block", number, "queue", "scheduler");
        if (Files.exists(scheduler) && read(scheduler).contains("[bfq]")) {
            return Optional.of("io.bfq.weight");
        }
        Path costs = cgroups.resolve("io.cost.qos");
        return Files.exists(costs)
                        && read(costs)
                                .lines()
                                .anyMatch(line -> line.startsWith(number + " ") && line.contains("enable=1"))
                ? Optional.of("io.weight")
                : Optional.empty();
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return TextFile.read(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
