package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.validation.InvalidValue;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The directories in which an agent keeps its files on the host, and the names and ids it may use. All directories are absolute and
 * normalized, and belong to this agent alone.
 *
 * @param rootBase the directory that contains all root paths of jails
 * @param runtimeDirectory files that a reboot may delete: pipes and notes of running jails
 * @param logDirectory the logs of the jails: a directory with the id of each
 * @param stateDirectory files that must survive a reboot, for example the record of which jail owns which range of ids
 * @param cgroupName the directory, below the root of cgroup v2, that contains a cgroup for each jail
 * @param firstHostId the first user and group id that jails are mapped to; a multiple of 65,536, at least 65,536
 * @param hostIdRanges the number of ranges of 65,536 ids, counted from {@code firstHostId}; each jail owns one
 * @param logBytes what the log of each jail may take on the disk; {@link #MIN_LOG_BYTES} or more
 */
public record HostLayout(
        Path rootBase,
        Path runtimeDirectory,
        Path logDirectory,
        Path stateDirectory,
        String cgroupName,
        long firstHostId,
        int hostIdRanges,
        long logBytes) {

    public static final long DEFAULT_LOG_BYTES = 32 << 20;
    public static final long MIN_LOG_BYTES = 1 << 20;

    /** The number of ids that a jail owns. */
    public static final int RANGE_WIDTH = 65_536;

    private static final Pattern CGROUP_NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    /**
     * The end of the usable ids. The last range is not used: it contains {@code (uid_t) -1}, which means "no id" to the kernel, chown(2).
     */
    private static final long END_OF_IDS = (1L << 32) - RANGE_WIDTH;

    /** Returns a layout with logs of the default size. */
    public HostLayout(
            Path rootBase,
            Path runtimeDirectory,
            Path logDirectory,
            Path stateDirectory,
            String cgroupName,
            long firstHostId,
            int hostIdRanges) {
        this(
                rootBase,
                runtimeDirectory,
                logDirectory,
                stateDirectory,
                cgroupName,
                firstHostId,
                hostIdRanges,
                DEFAULT_LOG_BYTES);
    }

    /** @throws IllegalArgumentException if a component is invalid; names the component and the fault */
    public HostLayout {
        requireNormal("rootBase", rootBase);
        requireShowable(rootBase);
        requireNormal("runtimeDirectory", runtimeDirectory);
        requireNormal("logDirectory", logDirectory);
        requireNormal("stateDirectory", stateDirectory);
        if (!CGROUP_NAME.matcher(cgroupName).matches()) {
            throw new IllegalArgumentException(
                    "cgroupName must be 1 to 63 of a-z, 0-9, '.', '_' and '-': " + cgroupName);
        }
        if (firstHostId < RANGE_WIDTH || firstHostId % RANGE_WIDTH != 0 || firstHostId >= END_OF_IDS) {
            throw new IllegalArgumentException(
                    "firstHostId must be a multiple of 65536 from 65536 to 4294836224: " + firstHostId);
        }
        if (hostIdRanges < 1 || firstHostId + (long) hostIdRanges * RANGE_WIDTH > END_OF_IDS) {
            throw new IllegalArgumentException("hostIdRanges must be 1 to " + (END_OF_IDS - firstHostId) / RANGE_WIDTH
                    + " where firstHostId is " + firstHostId + ": " + hostIdRanges);
        }
        if (logBytes < MIN_LOG_BYTES) {
            throw new IllegalArgumentException("logBytes must be " + MIN_LOG_BYTES + " or more: " + logBytes);
        }
    }

    /** Requires a path that the server can show; the server rejects any other. */
    private static void requireShowable(Path rootBase) {
        try {
            new RootPath(rootBase.toString());
        } catch (InvalidValue e) {
            throw new IllegalArgumentException("rootBase " + e.reason() + ": " + rootBase, e);
        }
    }

    private static void requireNormal(String component, Path path) {
        if (!path.isAbsolute() || !path.normalize().equals(path) || path.getNameCount() == 0) {
            throw new IllegalArgumentException(
                    component + " must be an absolute path below '/' without '.' and '..': " + path);
        }
    }
}
