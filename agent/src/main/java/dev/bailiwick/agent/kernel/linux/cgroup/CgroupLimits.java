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
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** Sets the limits of a jail's cgroup: those of its definition, and defaults for the rest. */
final class CgroupLimits {

    private static final String PROCESSES_OF_ONE_JAIL = Long.toString(ProcessLimit.ofOneJail());
    private static final long MAX_PAGE_BYTES = 64 * 1024;

    /**
     * How many sixteenths of the host's memory a jail without its own limit may have. Memory that is not owned by any process, such as
     * files in a tmpfs, then cannot force the kernel to kill processes of other jails.
     */
    private static final int ONE_JAIL = 8;

    private final Set<String> controllers;
    private final String memoryOfOneJail;

    /** @param controllers the controllers that can enforce limits of jails */
    CgroupLimits(Set<String> controllers) {
        this.controllers = controllers;
        this.memoryOfOneJail = Long.toString(HostMemory.bytes() * ONE_JAIL / 16);
    }

    /** Sets the limits that the definition names, in place of the defaults. */
    void limit(Path directory, Limits limits) {
        limits.memoryBytes().ifPresent(bytes -> limitMemory(directory, bytes));
        limits.processes().ifPresent(count -> limit(directory, "pids", "pids.max", Integer.toString(count)));
        limits.cpuMillis().ifPresent(millis -> limit(directory, "cpu", "cpu.max", millis * 100 + " 100000"));
    }

    /** Returns the limits, including defaults, that are not in force on the jail's cgroup, each by its file name. */
    List<String> unheld(Path directory, Limits limits) {
        try {
            List<String> unheld = new ArrayList<>();
            OptionalLong memory = limits.memoryBytes().isPresent() || !controllers.contains("memory")
                    ? limits.memoryBytes()
                    : OptionalLong.of(Long.parseLong(memoryOfOneJail));
            if (memory.isPresent() && !isMemory(directory, memory.getAsLong())) {
                unheld.add("memory.max");
            }
            if ((limits.processes().isPresent() || controllers.contains("pids"))
                    && !is(directory, "pids.max", processes(limits))) {
                unheld.add("pids.max");
            }
            if (limits.cpuMillis().isPresent()
                    && !is(directory, "cpu.max", limits.cpuMillis().getAsInt() * 100 + " 100000")) {
                unheld.add("cpu.max");
            }
            return unheld;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String processes(Limits limits) {
        return limits.processes().isPresent()
                ? Integer.toString(limits.processes().getAsInt())
                : PROCESSES_OF_ONE_JAIL;
    }

    /** Sets all limits again. */
    void restoreLimits(Path directory, Limits limits) {
        limitAsEveryJail(directory);
        limit(directory, limits);
    }

    void limitAsEveryJail(Path directory) {
        try {
            if (controllers.contains("pids")) {
                write(directory.resolve("pids.max"), PROCESSES_OF_ONE_JAIL);
            }
            if (controllers.contains("memory")) {
                write(directory.resolve("memory.max"), memoryOfOneJail);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The kernel rounds to whole pages, whose size depends on the host. */
    private static boolean isMemory(Path directory, long bytes) throws IOException {
        String kept = TextFile.read(directory.resolve("memory.max")).strip();
        return !kept.equals("max") && Long.parseLong(kept) <= bytes && bytes - Long.parseLong(kept) < MAX_PAGE_BYTES;
    }

    private static boolean is(Path directory, String file, String value) throws IOException {
        return TextFile.read(directory.resolve(file)).strip().equals(value);
    }

    /** Limits memory including swap: a jail above its limit must not fill the host's shared swap space. */
    private void limitMemory(Path directory, long bytes) {
        limit(directory, "memory", "memory.max", Long.toString(bytes));
        // The file is missing if the kernel was built without swap.
        if (Files.exists(directory.resolve("memory.swap.max"))) {
            limit(directory, "memory", "memory.swap.max", "0");
        }
    }

    private void limit(Path directory, String controller, String file, String value) {
        if (!controllers.contains(controller)) {
            throw KernelRefusal.permanent(
                    "ControllerMissing",
                    "this host cannot enforce " + file + ": its cgroup v2 has no " + controller + " controller");
        }
        try {
            write(directory.resolve(file), value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String value) throws IOException {
        Files.writeString(file, value, StandardOpenOption.WRITE);
    }
}
