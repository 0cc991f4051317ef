package dev.bailiwick.agent.kernel.linux.cgroup;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.host.HostMemory;
import dev.bailiwick.agent.kernel.linux.host.ProcessLimit;
import dev.bailiwick.jail.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** Sets the limits of a jail's cgroup: those of its definition, and defaults for the rest. */
final class CgroupLimits {

    private static final long MAX_PAGE_BYTES = 64 * 1024;
    private static final String UNLIMITED = "max";

    /**
     * How many sixteenths of the host's memory a jail without its own limit may have. Memory that is not owned by any process, such as
     * files in a tmpfs, then cannot force the kernel to kill processes of other jails.
     */
    private static final int ONE_JAIL = 8;

    private final Set<String> controllers;
    private final List<Setting> settings;

    /**
     * A file of a cgroup.
     *
     * @param initial its content in a new cgroup
     * @param content its content for a jail with these limits
     */
    private record Setting(String controller, String file, String initial, Function<Limits, String> content) {

        private boolean isDefault(Limits limits) {
            return content.apply(limits).equals(content.apply(Limits.NONE));
        }

        private boolean isInitial(Limits limits) {
            return content.apply(limits).equals(initial);
        }
    }

    /** @param controllers the controllers that can enforce limits of jails */
    CgroupLimits(Set<String> controllers) {
        this.controllers = controllers;
        long memoryOfOneJail = HostMemory.bytes() * ONE_JAIL / 16;
        this.settings = List.of(
                new Setting(
                        "memory",
                        "memory.max",
                        UNLIMITED,
                        limits -> Long.toString(limits.memoryBytes().orElse(memoryOfOneJail))),
                // Memory including swap: a jail above its limit must not fill the host's shared swap space.
                new Setting(
                        "memory",
                        "memory.swap.max",
                        UNLIMITED,
                        limits -> limits.memoryBytes().isPresent() ? "0" : UNLIMITED),
                new Setting(
                        "pids",
                        "pids.max",
                        UNLIMITED,
                        limits -> Long.toString(
                                limits.processes().isPresent()
                                        ? limits.processes().getAsInt()
                                        : ProcessLimit.ofOneJail())),
                new Setting(
                        "cpu",
                        "cpu.max",
                        UNLIMITED + " 100000",
                        limits -> (limits.cpuMillis().isPresent()
                                        ? limits.cpuMillis().getAsInt() * 100
                                        : UNLIMITED) + " 100000"));
    }

    /** Sets the defaults of a jail in a new cgroup. */
    void limitAsEveryJail(Path directory) {
        write(directory, Limits.NONE, setting -> !setting.isInitial(Limits.NONE));
    }

    /** Sets the limits that the definition names, in place of the defaults. */
    void limit(Path directory, Limits limits) {
        requireControllers(limits);
        write(directory, limits, setting -> !setting.isDefault(limits));
    }

    /** Sets all limits again, whatever they were. */
    void restoreLimits(Path directory, Limits limits) {
        requireControllers(limits);
        write(directory, limits, _ -> true);
    }

    /** Returns the limits, including defaults, that are not in force on the jail's cgroup, each by its file name. */
    List<String> unheld(Path directory, Limits limits) {
        return settings.stream()
                .filter(setting -> controllers.contains(setting.controller) || !setting.isDefault(limits))
                .filter(setting -> !setting.isInitial(limits))
                .filter(setting -> !isHeld(directory, setting, setting.content.apply(limits)))
                .map(Setting::file)
                .toList();
    }

    private static boolean isHeld(Path directory, Setting setting, String wanted) {
        Optional<String> kept = read(directory, setting);
        return kept.isEmpty()
                || kept.get().equals(wanted)
                || setting.controller.equals("memory") && isRounded(kept.get(), wanted);
    }

    /** The kernel rounds memory down to whole pages, whose size depends on the host. */
    private static boolean isRounded(String kept, String wanted) {
        if (kept.equals(UNLIMITED) || wanted.equals(UNLIMITED)) {
            return false;
        }
        long lost = Long.parseLong(wanted) - Long.parseLong(kept);
        return lost >= 0 && lost < MAX_PAGE_BYTES;
    }

    private void requireControllers(Limits limits) {
        for (Setting setting : settings) {
            if (!controllers.contains(setting.controller) && !setting.isDefault(limits)) {
                throw KernelRefusal.permanent(
                        "ControllerMissing",
                        "this host cannot enforce " + setting.file + ": its cgroup v2 has no " + setting.controller
                                + " controller");
            }
        }
    }

    private void write(Path directory, Limits limits, Predicate<Setting> chosen) {
        settings.stream()
                .filter(setting -> controllers.contains(setting.controller) && chosen.test(setting))
                .forEach(setting -> write(directory, setting, setting.content.apply(limits)));
    }

    private static Optional<String> read(Path directory, Setting setting) {
        Path file = directory.resolve(setting.file);
        try {
            return isMissing(file)
                    ? Optional.empty()
                    : Optional.of(TextFile.read(file).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path directory, Setting setting, String content) {
        Path file = directory.resolve(setting.file);
        try {
            if (!isMissing(file)) {
                Files.writeString(file, content, StandardOpenOption.WRITE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A kernel without swap has no file for it. */
    private static boolean isMissing(Path file) {
        return file.endsWith("memory.swap.max") && !Files.exists(file);
    }
}
