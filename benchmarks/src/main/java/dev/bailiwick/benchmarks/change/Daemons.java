package dev.bailiwick.benchmarks.change;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Other programs that start a container and leave it running, if they can do so here. */
final class Daemons {

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final List<String> ABSENT = new ArrayList<>();
    static final String PODMAN = "podman run -d --network=none";
    private static final String LXC = "lxc-execute --daemon: network namespace, host's ids";
    static final String DOCKER = "docker run -d --network=none";
    static final String LXD = "lxc launch";

    private Daemons() {}

    /** Makes the files of the containers out of the tools that are there. */
    static void prepare(Path tools) throws Exception {
        Path root = tools.resolve("root");
        for (String directory : List.of("bin", "proc", "sys", "dev", "etc", "tmp", "run")) {
            Files.createDirectories(root.resolve(directory));
        }
        for (String tool : List.of("pause", "echo")) {
            if (Files.exists(tools.resolve(tool))) {
                Files.copy(tools.resolve(tool), root.resolve("bin").resolve(tool));
            }
        }
        Files.writeString(tools.resolve("lxc.conf"), """
                lxc.rootfs.path = dir:%s
                lxc.uts.name = bench
                lxc.net.0.type = empty
                lxc.mount.auto = proc:mixed sys:ro
                lxc.tty.max = 0
                lxc.pty.max = 1
                """.formatted(root));
        // The image stays, and the next run uses it again.
        Path image = tools.resolve("root.tar");
        execute("tar -cf " + image + " -C " + root + " .");
        execute("docker image import " + image + " bailiwick-bench");
    }

    /** Returns the programs that could start a container here, with no samples yet. */
    static Map<String, Samples> installed(Path tools) throws Exception {
        prepare(tools);
        Map<String, Samples> found = new LinkedHashMap<>();
        for (String name : List.of(PODMAN, LXC, DOCKER, LXD)) {
            String id = "churn-" + NUMBER.incrementAndGet();
            if (execute(start(name, tools, id)) == 0) {
                execute(end(name, tools, id));
                found.put(name, new Samples());
            } else {
                ABSENT.add(name);
            }
        }
        return found;
    }

    static List<String> absent() {
        return ABSENT;
    }

    static void run(Path tools, Map<String, Samples> found, int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            for (var peer : found.entrySet()) {
                String id = "churn-" + NUMBER.incrementAndGet();
                long began = System.nanoTime();
                if (execute(start(peer.getKey(), tools, id)) == 0) {
                    peer.getValue().add((System.nanoTime() - began) / 1_000);
                }
                execute(end(peer.getKey(), tools, id));
            }
        }
    }

    static String podman(Path tools) {
        return "podman --root " + tools + "/podman --runroot " + tools
                + "/podman-run --cgroup-manager=cgroupfs --events-backend=none ";
    }

    /** Returns the command that starts a container and leaves it running. */
    static String start(String name, Path tools, String id) {
        return switch (name) {
            case PODMAN ->
                podman(tools) + "run -d --name " + id + " --cgroups=disabled --network=none --log-driver=none"
                        + " --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --rootfs " + tools + "/root /bin/pause";
            case LXC -> "lxc-execute --daemon -P " + tools + " -n " + id + " -f " + tools + "/lxc.conf -- /bin/pause";
            case DOCKER -> "docker run -d --name " + id + " --network=none bailiwick-bench /bin/pause";
            default -> "lxc launch bailiwick-bench " + id;
        };
    }

    /** Returns the command that ends a container and removes it. */
    static String end(String name, Path tools, String id) {
        return switch (name) {
            case PODMAN -> podman(tools) + "rm -f -t 0 " + id;
            case LXC -> "lxc-stop -k -P " + tools + " -n " + id;
            case DOCKER -> "docker rm -f " + id;
            default -> "lxc delete -f " + id;
        };
    }

    /** Returns the exit code; -1 if the program is not installed, or runs for more than 30 s. */
    static int execute(String command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command.split(" ", -1))
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return -1;
            }
            return process.exitValue();
        } catch (IOException notInstalled) {
            return -1;
        }
    }
}
