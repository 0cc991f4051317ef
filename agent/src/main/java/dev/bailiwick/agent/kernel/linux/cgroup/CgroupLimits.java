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

/** Holds what is in one jail's cgroup to its limits: those that its definition names, and otherwise those that every jail has. */
final class CgroupLimits {

    private static final String PROCESSES_OF_ONE_JAIL = Long.toString(ProcessLimit.ofOneJail());
    private static final long MAX_PAGE_BYTES = 64 * 1024;

    /**
     * Sixteenths of the host's memory that a jail without a limit of its own may have: what it leaves in memory without a process that holds
     * it ends no process of another jail.
     */
    private static final int ONE_JAIL = 8;

    private final Set<String> controllers;
    private final String memoryOfOneJail;

    /** @param controllers those that can hold jails to limits */
    CgroupLimits(Set<String> controllers) {
        this.controllers = controllers;
        this.memoryOfOneJail = Long.toString(HostMemory.bytes() * ONE_JAIL / 16);
    }

    /** Holds all that is in the jail's cgroup to these limits, where they are named, instead of those that every jail has. */
    void limit(Path directory, Limits limits) {
        limits.memoryBytes().ifPresent(bytes -> limitMemory(directory, bytes));
        limits.processes().ifPresent(count -> limit(directory, "pids", "pids.max", Integer.toString(count)));
        limits.cpuMillis().ifPresent(millis -> limit(directory, "cpu", "cpu.max", millis * 100 + " 100000"));
    }

    /** In which of its limits, those that every jail has among them, the jail is not held, each by the name of its file. */
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

    /** Holds it to all of them again. */
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

    /** The kernel keeps whole pages, of which it has several sizes. */
    private static boolean isMemory(Path directory, long bytes) throws IOException {
        String kept = TextFile.read(directory.resolve("memory.max")).strip();
        return !kept.equals("max") && Long.parseLong(kept) <= bytes && bytes - Long.parseLong(kept) < MAX_PAGE_BYTES;
    }

    private static boolean is(Path directory, String file, String value) throws IOException {
        return TextFile.read(directory.resolve(file)).strip().equals(value);
    }

    /** All that it may have: what does not fit is not written to the host's swap space instead, which everybody shares. */
    private void limitMemory(Path directory, long bytes) {
        limit(directory, "memory", "memory.max", Long.toString(bytes));
        // Missing where the kernel was built without swap.
        if (Files.exists(directory.resolve("memory.swap.max"))) {
            limit(directory, "memory", "memory.swap.max", "0");
        }
    }

    private void limit(Path directory, String controller, String file, String value) {
        if (!controllers.contains(controller)) {
            throw KernelRefusal.permanent(
                    "ControllerMissing",
                    "this host cannot hold a jail to " + file + ": cgroup v2 has no " + controller
                            + " controller here");
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
