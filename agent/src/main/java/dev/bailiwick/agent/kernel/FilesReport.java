package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.KeptFiles;
import java.util.List;

/**
 * Which files removed jails have left on this host, and how many ranges of ids are in use.
 *
 * @param version another one whenever the kept files are others
 * @param ranges how many ranges there are; 0 where this host gives its jails none
 * @param taken how many of them jails have, or kept files bear
 */
public record FilesReport(long version, int ranges, int taken, List<KeptFiles> files) {

    /** What a host reports that gives its jails no ranges and keeps no record of files. */
    public static final FilesReport NONE = new FilesReport(0, 0, 0, List.of());

    public FilesReport {
        files = List.copyOf(files);
    }
}
