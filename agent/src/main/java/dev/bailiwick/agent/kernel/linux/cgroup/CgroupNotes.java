package dev.bailiwick.agent.kernel.linux.cgroup;

import dev.bailiwick.agent.kernel.linux.syscall.Attributes;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Notes that an agent keeps on a jail's cgroup, as extended attributes of the directory. They exist exactly as long as the jail's cgroup,
 * so they cannot become stale (cgroups(7)).
 */
final class CgroupNotes {

    private static final String MARK = "trusted.bailiwick";

    /** Marks a directory as created by an agent, from its creation on. */
    private static final String MADE = "trusted.bailiwick.made";

    /** On the cgroup of a jail that borrows programs: their name, see {@code HostPrograms.name}. */
    private static final String PROGRAMS = "trusted.bailiwick.programs";

    /** On the cgroup of a jail with the thin base: the name of its lowest layer. */
    private static final String LAYER = "trusted.bailiwick.layer";

    private static final int MAX_BYTES = 256;

    private CgroupNotes() {}

    static Descriptor open(Path directory) {
        return Linux.openat2(Constants.AT_FDCWD, directory.toString(), Constants.O_RDONLY, 0, 0);
    }

    /** @param home the name of the directory that contains the agent's jails */
    static void setMade(Descriptor cgroup, String home) {
        Attributes.set(cgroup, MADE, home);
    }

    static void setPrograms(Descriptor cgroup, String name) {
        Attributes.set(cgroup, PROGRAMS, name);
    }

    static void setLayer(Descriptor cgroup, String name) {
        Attributes.set(cgroup, LAYER, name);
    }

    static void setMark(Path directory, JailMark mark) {
        try (Descriptor opened = open(directory)) {
            Attributes.set(opened, MARK, mark.text());
        }
    }

    static Optional<JailMark> mark(Path directory) {
        return note(directory, MARK).map(JailMark::parse);
    }

    static Optional<String> programs(Path directory) {
        return note(directory, PROGRAMS);
    }

    static Optional<String> layer(Path directory) {
        return note(directory, LAYER);
    }

    /** Returns the note; empty if there is none, or if the directory does not exist. */
    private static Optional<String> note(Path directory, String name) {
        try (Descriptor opened = open(directory)) {
            return Attributes.get(opened, name, MAX_BYTES);
        } catch (LinuxFailure e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Returns whether this directory is the cgroup of a jail or prepared for one, whichever agent created it. */
    static boolean isOfAJail(Path directory) {
        try (Descriptor opened = open(directory)) {
            return Attributes.get(opened, MARK, MAX_BYTES).isPresent()
                    || Attributes.get(opened, MADE, MAX_BYTES).isPresent();
        } catch (LinuxFailure gone) {
            return false;
        }
    }
}
