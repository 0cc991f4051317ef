package dev.bailiwick.benchmarks.jail;

import dev.bailiwick.jail.syscall.Architecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Other programs that start something like a jail, if they are installed, each with an isolation as similar as possible. */
final class Peers {

    private Peers() {}

    /** Returns a supplier of command lines for each program; each line has a new name, because most programs require one. */
    static Map<String, Supplier<String>> installed(Path directory, Path root) throws IOException {
        AtomicInteger number = new AtomicInteger();
        Path bundle = directory.resolve("bundle");
        Files.createDirectories(bundle);
        Files.writeString(bundle.resolve("config.json"), bundle(root));
        Path lxc = directory.resolve("lxc.conf");
        Files.writeString(lxc, """
                lxc.rootfs.path = dir:%s
                lxc.uts.name = bench
                lxc.net.0.type = empty
                lxc.mount.auto = proc:mixed sys:ro
                lxc.tty.max = 0
                lxc.pty.max = 1
                """.formatted(root));
        Map<String, Supplier<String>> all = new LinkedHashMap<>();
        put(
                all,
                "crun",
                "crun run: user, network and other namespaces, filter",
                () -> "crun --root " + directory + "/crun --cgroup-manager=disabled run -b " + bundle + " b"
                        + number.incrementAndGet());
        put(
                all,
                "runc",
                "runc run: the same",
                () -> "runc --root " + directory + "/runc run -b " + bundle + " b" + number.incrementAndGet());
        put(
                all,
                "bwrap",
                "bubblewrap --unshare-all: no filter, no id range",
                () -> "bwrap --unshare-all --bind " + root + " / --proc /proc --dev /dev /bin/true");
        put(
                all,
                "lxc-execute",
                "lxc-execute: network namespace, host's ids",
                () -> "lxc-execute -P " + directory + " -n b" + number.incrementAndGet() + " -f " + lxc
                        + " -- /bin/true");
        put(
                all,
                "systemd-nspawn",
                "systemd-nspawn --private-users --private-network",
                () ->
                        "systemd-nspawn -q --register=no --keep-unit --private-network --private-users=1600000000:65536 --read-only -D "
                                + root + " /bin/true");
        put(
                all,
                "podman",
                "podman run --network=none",
                () -> "podman --root " + directory + "/podman --runroot " + directory
                        + "/podman-run --cgroup-manager=cgroupfs --events-backend=none run --rm --cgroups=disabled --network=none --log-driver=none"
                        + " --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --rootfs " + root + " /bin/true");
        return all;
    }

    private static void put(Map<String, Supplier<String>> all, String program, String name, Supplier<String> command) {
        boolean installed = Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
        if (installed) {
            all.put(name, command);
        } else {
            System.err.println("left out, because it is not installed: " + program + " (./bench --install-peers)");
        }
    }

    /** Writes an OCI bundle with the same namespaces, ids and root, and a filter of the usual size. */
    private static String bundle(Path root) {
        String denied = Stream.of(
                        "acct",
                        "add_key",
                        "bpf",
                        "clock_settime",
                        "delete_module",
                        "finit_module",
                        "init_module",
                        "ioperm",
                        "iopl",
                        "kexec_load",
                        "keyctl",
                        "lookup_dcookie",
                        "mount",
                        "move_mount",
                        "name_to_handle_at",
                        "open_by_handle_at",
                        "perf_event_open",
                        "pivot_root",
                        "ptrace",
                        "quotactl",
                        "reboot",
                        "setns",
                        "settimeofday",
                        "swapoff",
                        "swapon",
                        "umount2",
                        "unshare",
                        "userfaultfd",
                        "vhangup")
                .map(name -> "\"" + name + "\"")
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
        String namespaces = Stream.of("pid", "network", "ipc", "uts", "mount", "user", "cgroup")
                .map(name -> "{\"type\":\"" + name + "\"}")
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
        String machine = Architecture.host() == Architecture.X86_64 ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64";
        return """
                {"ociVersion":"1.0.2","process":{"terminal":false,"user":{"uid":0,"gid":0},"args":["/bin/true"],"env":["PATH=/bin"],
                "cwd":"/","noNewPrivileges":true},"root":{"path":"%s","readonly":true},"hostname":"bench",
                "mounts":[{"destination":"/proc","type":"proc","source":"proc"},
                {"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755"]}],
                "linux":{"uidMappings":[{"containerID":0,"hostID":1600000000,"size":65536}],
                "gidMappings":[{"containerID":0,"hostID":1600000000,"size":65536}],"namespaces":[%s],
                "seccomp":{"defaultAction":"SCMP_ACT_ALLOW","architectures":["%s"],
                "syscalls":[{"names":[%s],"action":"SCMP_ACT_ERRNO"}]}}}
                """.formatted(root, namespaces, machine, denied);
    }
}
