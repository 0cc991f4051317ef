package dev.bailiwick.agent.kernel.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An ext4 file system of 64 MiB with the usual reserve for root, which a test can fill without harm. */
public final class SmallDisk implements AutoCloseable {

    private final Path image = Files.createTempFile(Path.of("/tmp"), "bailiwick-disk-", ".img");
    private final Path directory = Files.createTempDirectory(Path.of("/tmp"), "bailiwick-disk-");

    public SmallDisk() throws IOException, InterruptedException {
        run("truncate", "-s", "64M", image.toString());
        run("mkfs.ext4", "-q", "-m", "5", image.toString());
        run("mount", "-o", "loop", image.toString(), directory.toString());
    }

    public Path directory() {
        return directory;
    }

    /** Returns the bytes that the kernel has written; data still in memory does not count. */
    public long bytesWritten() throws IOException {
        long device = ((Number) Files.getAttribute(directory, "unix:dev")).longValue();
        long major = device >> 8 & 0xfff;
        long minor = device & 0xff;
        int sectorsWritten = 6;
        int sectorBytes = 512;
        String[] counts = Files.readString(Path.of("/sys/dev/block", major + ":" + minor, "stat"))
                .strip()
                .split(" +", -1);
        return Long.parseLong(counts[sectorsWritten]) * sectorBytes;
    }

    private static void run(String... command) throws IOException, InterruptedException {
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + status);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        run("umount", directory.toString());
        Files.delete(directory);
        Files.delete(image);
    }
}
