package dev.bailiwick.agent.kernel.linux.cgroup;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.host.HostMemory;
import dev.bailiwick.agent.kernel.linux.host.ProcessLimit;
import dev.bailiwick.jail.CpuSet;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;

/** Sets the limits of a jail's cgroup: those of its definition, and defaults for the rest. */
final class CgroupLimits {

    private static final long MAX_PAGE_BYTES = 64 * 1024;
    private static final String UNLIMITED = "max";
    private static final String WEIGHT = "100";
    private static final String PERIOD = " 100000";
    private static final String SWAP = "memory.swap.max";
    private static final String BANDWIDTH = "io.max";

    /**
     * How many sixteenths of the host's memory a jail without its own limit may have. Memory that is not owned by any process, such as
     * files in a tmpfs, then cannot force the kernel to kill processes of other jails.
     */
    private static final int ONE_JAIL = 8;

    private static final String ALL_CPUS = "";

    private final CgroupHome home;
    private final Optional<JailDisk> disk;
    private final List<Setting> settings;

    /**
     * A file of a cgroup.
     *
     * @param initial its content in a new cgroup
     * @param content its content for a jail with these limits
     */
    private record Setting(String controller, String file, String initial, Function<Limits, String> content) {

        /** A file with one number, which the kernel creates with {@code initial}. */
        private static Setting of(String controller, String file, String initial, Limit limit) {
            return new Setting(controller, file, initial, limits -> amount(limits, limit, initial));
        }

        private boolean isDefault(Limits limits) {
            return content.apply(limits).equals(content.apply(Limits.NONE));
        }

        private boolean isInitial(Limits limits) {
            return content.apply(limits).equals(initial);
        }
    }

    /** @param files the directory with the files of the jails */
    CgroupLimits(CgroupHome home, Path files) {
        this.home = home;
        this.disk = home.controllers().contains("io") ? JailDisk.of(files, CgroupHome.mountPoint()) : Optional.empty();
        String memoryOfOneJail = Long.toString(HostMemory.bytes() * ONE_JAIL / 16);
        String processesOfOneJail = Long.toString(ProcessLimit.ofOneJail());
        this.settings = new ArrayList<>(List.of(
                // First, so that a jail that gets less memory is slowed down before something is ended.
                Setting.of("memory", "memory.high", UNLIMITED, Limit.MEMORY_HIGH),
                new Setting("memory", "memory.max", UNLIMITED, limits -> amount(limits, Limit.MEMORY, memoryOfOneJail)),
                // A jail above its limit of memory must not fill the host's shared swap space.
                new Setting(
                        "memory",
                        SWAP,
                        UNLIMITED,
                        limits ->
                                amount(limits, Limit.SWAP, limits.memoryBytes().isPresent() ? "0" : UNLIMITED)),
                new Setting(
                        "pids", "pids.max", UNLIMITED, limits -> amount(limits, Limit.PROCESSES, processesOfOneJail)),
                new Setting("cpu", "cpu.max", UNLIMITED + PERIOD, CgroupLimits::quota),
                Setting.of("cpu", "cpu.weight", WEIGHT, Limit.CPU_WEIGHT),
                new Setting(
                        "cpuset",
                        "cpuset.cpus",
                        ALL_CPUS,
                        limits -> limits.cpus().text())));
        disk.ifPresent(known -> {
            settings.add(
                    new Setting("io", BANDWIDTH, bandwidth(known, Limits.NONE), limits -> bandwidth(known, limits)));
            known.weightFile()
                    .ifPresent(file -> settings.add(new Setting(
                            "io",
                            file,
                            "default " + WEIGHT,
                            limits -> "default " + amount(limits, Limit.IO_WEIGHT, WEIGHT))));
        });
    }

    private static String amount(Limits limits, Limit limit, String otherwise) {
        OptionalLong amount = limits.of(limit);
        return amount.isPresent() ? Long.toString(amount.getAsLong()) : otherwise;
    }

    private static String quota(Limits limits) {
        return (limits.cpuMillis().isPresent() ? limits.cpuMillis().getAsInt() * 100 : UNLIMITED) + PERIOD;
    }

    /** Reading and writing have the same bounds, each of its own. */
    private static String bandwidth(JailDisk disk, Limits limits) {
        String bytes = amount(limits, Limit.IO_BYTES, UNLIMITED);
        String operations = amount(limits, Limit.IO_OPERATIONS, UNLIMITED);
        return disk.number() + " rbps=" + bytes + " wbps=" + bytes + " riops=" + operations + " wiops=" + operations;
    }

    /** Returns the number of the disk with the files of the jails; empty if no single disk has them, or nothing counts its use. */
    Optional<String> disk() {
        return disk.map(JailDisk::number);
    }

    /** Returns what of the limits this host cannot enforce, with the reason. A missing controller is not repeated. */
    List<Capability> capabilities() {
        List<Capability> capabilities = new ArrayList<>();
        if (home.controllers().contains("memory")) {
            capabilities.add(
                    Files.exists(home.path().resolve(SWAP))
                            ? Capability.available("limits.swap")
                            : Capability.missing(
                                    "limits.swap", "the kernel does not count swap by cgroup", Limit.SWAP.demand()));
        }
        if (home.controllers().contains("io")) {
            capabilities.add(
                    disk.isPresent() && Files.exists(home.path().resolve(BANDWIDTH))
                            ? Capability.available("limits.io")
                            : Capability.missing(
                                    "limits.io",
                                    "the files of the jails are on no single disk, or the kernel cannot slow down access to it",
                                    Limit.IO_BYTES.demand(),
                                    Limit.IO_OPERATIONS.demand()));
            capabilities.add(
                    disk.flatMap(JailDisk::weightFile).isPresent()
                            ? Capability.available("limits.io-weight")
                            : Capability.missing(
                                    "limits.io-weight",
                                    "nothing divides the disk of the jails by weights: its scheduler is not bfq, and io.cost.qos is not enabled for it",
                                    Limit.IO_WEIGHT.demand()));
        }
        return capabilities;
    }

    /** Sets the defaults of a jail in a new cgroup. */
    void limitAsEveryJail(Path directory) {
        write(directory, Limits.NONE, setting -> !setting.isInitial(Limits.NONE));
    }

    /** Sets the limits that the definition names, in place of the defaults. */
    void limit(Path directory, Limits limits) {
        requirePossible(limits);
        write(directory, limits, setting -> !setting.isDefault(limits));
    }

    /** Sets all limits again, whatever they were. */
    void restoreLimits(Path directory, Limits limits) {
        requirePossible(limits);
        write(directory, limits, _ -> true);
    }

    /** Returns the limits, including defaults, that are not in force on the jail's cgroup, each by its file name. */
    List<String> unheld(Path directory, Limits limits) {
        return settings.stream()
                .filter(setting -> home.controllers().contains(setting.controller) || !setting.isDefault(limits))
                .filter(setting -> !setting.isInitial(limits))
                .filter(setting -> !isHeld(directory, setting, setting.content.apply(limits)))
                .map(Setting::file)
                .toList();
    }

    private static boolean isHeld(Path directory, Setting setting, String wanted) {
        String kept = read(directory.resolve(setting.file));
        return kept.equals(wanted)
                // io.bfq.weight
                || wanted.equals("default " + kept)
                || setting.controller.equals("memory") && isRounded(kept, wanted);
    }

    /** The kernel rounds memory down to whole pages, whose size depends on the host. */
    private static boolean isRounded(String kept, String wanted) {
        if (kept.equals(UNLIMITED) || wanted.equals(UNLIMITED)) {
            return false;
        }
        long lost = Long.parseLong(wanted) - Long.parseLong(kept);
        return lost >= 0 && lost < MAX_PAGE_BYTES;
    }

    /** The server knows what this host cannot enforce, but the host may have changed since. */
    void requirePossible(Limits limits) {
        for (Setting setting : settings) {
            if (!home.controllers().contains(setting.controller) && !setting.isDefault(limits)) {
                throw missing(setting.file, "its cgroup v2 has no " + setting.controller + " controller");
            }
        }
        if (limits.of(Limit.SWAP).isPresent() && !Files.exists(home.path().resolve(SWAP))) {
            throw missing(SWAP, "its kernel does not count swap by cgroup");
        }
        boolean wantsDisk = limits.of(Limit.IO_BYTES).isPresent()
                || limits.of(Limit.IO_OPERATIONS).isPresent();
        if (wantsDisk && disk.isEmpty()) {
            throw missing(BANDWIDTH, "its jails are on no disk of which that could be said");
        }
        if (limits.of(Limit.IO_WEIGHT).isPresent()
                && disk.flatMap(JailDisk::weightFile).isEmpty()) {
            throw missing("limits.ioWeight", "nothing divides the disk of its jails by weights");
        }
        requireCpus(limits.cpus());
    }

    /** The kernel gives a jail all CPUs if it has none of those that it names. */
    private void requireCpus(CpuSet wanted) {
        CpuSet absent = wanted.isAll() ? CpuSet.ALL : wanted.without(home.cpus());
        if (!absent.isAll()) {
            throw KernelRefusal.permanent(
                    "CpusMissing",
                    "limits.cpus names CPUs on which no jail of this host can run: " + absent + "; it has "
                            + home.cpus());
        }
    }

    private static KernelRefusal missing(String file, String why) {
        return KernelRefusal.permanent("ControllerMissing", "this host cannot enforce " + file + ": " + why);
    }

    private void write(Path directory, Limits limits, Predicate<Setting> chosen) {
        settings.stream()
                .filter(setting -> home.controllers().contains(setting.controller) && chosen.test(setting))
                .forEach(setting -> write(directory, setting, limits));
    }

    private void write(Path directory, Setting setting, Limits limits) {
        Path file = directory.resolve(setting.file);
        if (!setting.isInitial(limits)) {
            home.enable(setting.controller);
        } else if (!Files.exists(file)) {
            // No jail has needed the controller, or the kernel counts no swap.
            return;
        }
        String content = setting.content.apply(limits);
        if (content.equals(ALL_CPUS)) {
            if (read(file).equals(ALL_CPUS)) {
                return;
            }
            // A cgroup with processes that has had CPUs cannot have none again: ENOSPC, validate_change in the kernel's
            // cpuset.c.
            content = home.cpus().text();
        }
        write(file, content);
    }

    private static void write(Path file, String content) {
        try {
            if (!file.endsWith(SWAP) || Files.exists(file)) {
                Files.writeString(file, content, StandardOpenOption.WRITE);
            }
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
