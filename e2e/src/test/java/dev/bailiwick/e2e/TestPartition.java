package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/**
 * The part of the machine that one fleet may use: a directory, a cgroup, a range of user ids and a range of addresses. So several test
 * runs and an instance in use do not affect each other.
 */
final class TestPartition implements AutoCloseable {

    /** The name of the locks; other working copies on this machine use the same. */
    private static final String LOCK = "plot";

    private static final int PARTITIONS = 16;
    private static final int ID_RANGES = 256;
    private static final long FIRST_HOST_ID = 24_416L << 16;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** The kernel removes unused network namespaces one by one for the whole machine, and hundreds may wait. */
    private static final Duration KERNEL_PATIENCE = Duration.ofSeconds(90);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final int number;
    private final Reservation reservation;
    private final Path directory;

    private TestPartition(Reservation reservation, Path directory) {
        this.number = reservation.number();
        this.reservation = reservation;
        this.directory = directory;
    }

    /** Takes the first free part, until it is closed or this process ends. */
    static TestPartition take() throws IOException {
        TestPartition partition = new TestPartition(Reservation.of(LOCK, PARTITIONS), newDirectory());
        partition.clear();
        await("no link of a jail is left")
                .atMost(KERNEL_PATIENCE)
                .pollInterval(PAUSE)
                .untilAsserted(
                        () -> assertThat(HostLeftovers.of(partition).links()).isEmpty());
        return partition;
    }

    /**
     * Ends the jails of this part of the machine. Before its first use, such jails belong to a run that was killed, because this process
     * has the lock.
     */
    void clear() throws IOException {
        Path home = HostLeftovers.cgroupRoot().resolve(cgroup());
        if (!Files.isDirectory(home)) {
            return;
        }
        Files.writeString(home.resolve("cgroup.kill"), "1");
        await("no process of a jail is left")
                .atMost(PATIENCE)
                .pollInterval(PAUSE)
                .until(() -> Files.readString(home.resolve("cgroup.events")).contains("populated 0"));
        try (DirectoryStream<Path> jails = Files.newDirectoryStream(home, Files::isDirectory)) {
            for (Path jail : jails) {
                Files.delete(jail);
            }
        }
        Files.delete(home);
    }

    /** Creates a directory that the users of PostgreSQL and of the jails can enter. */
    private static Path newDirectory() throws IOException {
        Path directory = Files.createTempDirectory(Path.of("/var/tmp"), "bailiwick-e2e-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        return directory;
    }

    Path directory() {
        return directory;
    }

    String cgroup() {
        return "bailiwick-e2e-" + number;
    }

    long firstHostId() {
        return FIRST_HOST_ID + ((long) number * ID_RANGES << 16);
    }

    int hostIdRanges() {
        return ID_RANGES;
    }

    long endOfHostIds() {
        return firstHostId() + ((long) ID_RANGES << 16);
    }

    /** Returns a /21 of the range for benchmarks (RFC 2544). */
    String pool4() {
        return "198.19." + (128 + 8 * number) + ".0/21";
    }

    String pool6() {
        return prefix6() + "/64";
    }

    /** @param host 1 to 2,000 */
    String address4(int host) {
        return "198.19." + (128 + 8 * number + host / 250) + "." + (1 + host % 250);
    }

    /** @param host 1 to 2,000 */
    String address6(int host) {
        return prefix6() + Integer.toHexString(host);
    }

    boolean owns(String route) {
        if (route.startsWith(prefix6().replaceFirst("::$", ":"))) {
            return true;
        }
        String[] parts = route.split("[./]", -1);
        return parts.length > 3
                && parts[0].equals("198")
                && parts[1].equals("19")
                && Integer.parseInt(parts[2]) >> 3 == 16 + number;
    }

    private String prefix6() {
        return "fdb1:1:e2e:" + Integer.toHexString(number + 1) + "::";
    }

    @Override
    public void close() throws IOException {
        reservation.close();
    }
}
