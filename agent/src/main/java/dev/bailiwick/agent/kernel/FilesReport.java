package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.KeptFiles;
import java.util.List;

/**
 * The files that removed jails have left on this host, and the number of id ranges in use.
 *
 * @param version changes whenever the list of kept files changes
 * @param ranges the number of ranges; 0 if this host gives its jails none
 * @param taken the number of ranges that jails or kept files use
 */
public record FilesReport(long version, int ranges, int taken, List<KeptFiles> files) {

    /** The report of a host that gives its jails no ranges and keeps no record of files. */
    public static final FilesReport NONE = new FilesReport(0, 0, 0, List.of());

    public FilesReport {
        files = List.copyOf(files);
    }
}
