package dev.bailiwick.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The traces of jails on a machine, to compare before and after: mounts of the whole machine, and the partition's own links, routes,
 * cgroups, processes and files. Sandboxes that the agent has created in advance belong to no jail and do not count.
 */
record HostLeftovers(
        Set<String> mounts,
        Set<String> links,
        Set<String> routes,
        Set<String> cgroups,
        Set<String> processes,
        Set<String> files) {

    /** The index of the agent's first link; the others follow by the number of the jail's range of 65,536 ids. */
    private static final int FIRST_LINK_INDEX = 1_000_000;

    static HostLeftovers of(TestPartition partition) {
        try {
            return new HostLeftovers(
                    mounts(partition),
                    links(partition),
                    routes(partition),
                    cgroups(partition),
                    processes(partition),
                    files(partition));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the mounts of the machine, without those of directories that other tests made. */
    private static Set<String> mounts(TestPartition partition) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> {
                    String point = line.split(" ", -1)[4];
                    boolean isOfATest = point.startsWith("/var/tmp/bailiwick-e2e-") || point.startsWith("/tmp/junit-");
                    return !isOfATest || Path.of(point).startsWith(partition.directory());
                })
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Returns where cgroup v2 is mounted (proc_pid_mountinfo(5)). */
    static Path cgroupRoot() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.contains(" - cgroup2 "))
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields[3].equals("/"))
                .map(fields -> Path.of(fields[4]))
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> links(TestPartition partition) throws IOException {
        long first = FIRST_LINK_INDEX + (partition.firstHostId() >> 16);
        Path home = cgroupRoot().resolve(partition.cgroup());
        Set<String> links = new TreeSet<>();
        for (String name : names(Path.of("/sys/class/net"))) {
            if (!name.startsWith("bw")) {
                continue;
            }
            try {
                long index = Long.parseLong(Files.readString(Path.of("/sys/class/net", name, "ifindex"))
                        .strip());
                boolean isOwn = index >= first && index < first + partition.hostIdRanges();
                // The names of link and cgroup have the number of the same range.
                if (isOwn && !waitsForAJail(home.resolve(name.substring("bw".length())))) {
                    links.add(name);
                }
            } catch (IOException gone) {
                // The link of another instance's jail, which has just ended.
            }
        }
        return links;
    }

    private static Set<String> cgroups(TestPartition partition) throws IOException {
        Path home = cgroupRoot().resolve(partition.cgroup());
        Set<String> cgroups = names(home);
        cgroups.removeIf(name -> !Files.exists(home.resolve(name))
                || waitsForAJail(home.resolve(name))
                || keepsNothing(home.resolve(name)));
        return cgroups;
    }

    /** Returns whether the only process of this cgroup is that of a sandbox that no jail has used. */
    private static boolean waitsForAJail(Path cgroup) {
        try {
            List<String> processes = Files.readAllLines(cgroup.resolve("cgroup.procs"));
            return !processes.isEmpty() && processes.stream().allMatch(HostLeftovers::waits);
        } catch (IOException gone) {
            return false;
        }
    }

    /** Returns whether this is the cgroup of what keeps the terminals of jails, and nothing is in it: it stays with its agent. */
    private static boolean keepsNothing(Path cgroup) {
        try {
            return cgroup.endsWith("terminals")
                    && Files.readAllLines(cgroup.resolve("cgroup.procs")).isEmpty();
        } catch (IOException gone) {
            return false;
        }
    }

    /** Returns the cgroup of a process, named as in {@link #cgroups}. */
    static String cgroupOf(int pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Integer.toString(pid), "cgroup")).stream()
                .filter(line -> line.startsWith("0::"))
                .map(line -> line.substring(line.lastIndexOf('/') + 1))
                .findFirst()
                .orElseThrow();
    }

    /** Returns whether the process still runs the agent's program, and so waits to become the init of a jail. */
    private static boolean waits(String pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", pid, "exe"))
                    .getFileName()
                    .toString()
                    .equals("java");
        } catch (IOException gone) {
            return false;
        }
    }

    private static Set<String> routes(TestPartition partition) throws IOException {
        Set<String> routes = new TreeSet<>();
        for (String family : List.of("-4", "-6")) {
            Process ip = new ProcessBuilder("ip", family, "route", "show").start();
            String shown = new String(ip.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            shown.lines().filter(partition::owns).forEach(routes::add);
        }
        return routes;
    }

    private static Set<String> processes(TestPartition partition) throws IOException {
        Set<String> processes = new TreeSet<>();
        for (String pid : names(Path.of("/proc"))) {
            if (!Character.isDigit(pid.charAt(0))) {
                continue;
            }
            try {
                long uid = uidOf(Long.parseLong(pid));
                if (uid >= partition.firstHostId() && uid < partition.endOfHostIds() && !hasEnded(pid) && !waits(pid)) {
                    processes.add(pid);
                }
            } catch (IOException gone) {
                // The process has ended meanwhile.
            }
        }
        return processes;
    }

    /** Returns whether the process has ended and is not reaped yet, which the machine's init may do late. */
    private static boolean hasEnded(String pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", pid, "status")).stream()
                .anyMatch(line -> line.startsWith("State:\tZ") || line.startsWith("State:\tX"));
    }

    /** Returns the real user id of a process on the host. */
    static long uidOf(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("Uid:"))
                .map(line -> Long.parseLong(line.split("\t", -1)[1]))
                .findFirst()
                .orElseThrow(() -> new NoSuchFileException("process " + pid + " has ended"));
    }

    private static Set<String> files(TestPartition partition) throws IOException {
        Set<String> files = names(partition.directory().resolve("jails"));
        names(partition.directory().resolve("run/jails")).forEach(name -> files.add("run/jails/" + name));
        return files;
    }

    private static Set<String> names(Path directory) throws IOException {
        Set<String> names = new TreeSet<>();
        if (!Files.isDirectory(directory)) {
            return names;
        }
        boolean cgroups = Files.exists(directory.resolve("cgroup.procs"));
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                if (!cgroups || Files.isDirectory(child)) {
                    names.add(child.getFileName().toString());
                }
            }
        }
        return names;
    }
}
