package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A machine with its own network, installed programs and configuration, which are in namespaces. It shares kernel, processes and
 * {@code /usr} with this machine. It exists as long as this object.
 */
final class Machine implements AutoCloseable {

    private static final int MAX_COMMAND_MINUTES = 4;

    /** Sets up the machine, which also sees a source tree below /tmp, and ends when its input ends, which this process holds open. */
    private static final String SETUP = """
            ip link set lo up
            mkdir -p "$0/cgroup" "$0/tmp" "$0/etc" "$0/etc.work" "$0/opt" "$0/opt.work" "$0/lib" "$0/log" "$0/run"
            chmod 1777 "$0/tmp"
            tree=$(cd .. && pwd -P)
            case $tree in
                /tmp/*)
                    mkdir -p "$0$tree"
                    mount --bind "$tree" "$0$tree"
                    ;;
            esac
            mount --rbind /sys/fs/cgroup "$0/cgroup"
            mount -t sysfs sysfs /sys
            mount --rbind "$0/cgroup" /sys/fs/cgroup
            umount -l "$0/cgroup"
            mount --rbind "$0/tmp" /tmp
            if [ "$1" = bare ]; then
                mount -t overlay overlay -o "lowerdir=/etc,upperdir=$0/etc,workdir=$0/etc.work" /etc
                mount -t overlay overlay -o "lowerdir=/opt,upperdir=$0/opt,workdir=$0/opt.work" /opt
                mount --bind "$0/lib" /var/lib
                mount --bind "$0/log" /var/log
                mount --bind "$0/run" /run
            fi
            echo ready
            exec cat
            """;

    private final Process holder;
    private final Path directory;

    private Machine(Process holder, Path directory) {
        this.holder = holder;
        this.directory = directory;
    }

    /** Starts a machine with its own network, and with everything that is installed and configured here. */
    static Machine besides(Path directory) throws IOException {
        return start(directory, "furnished");
    }

    /** Starts a machine on which only the system is installed. */
    static Machine bare(Path directory) throws IOException {
        return start(directory, "bare");
    }

    private static Machine start(Path directory, String kind) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        Process holder = new ProcessBuilder(
                        "unshare",
                        "--net",
                        "--mount",
                        "--propagation",
                        "private",
                        "sh",
                        "-euc",
                        SETUP,
                        directory.toString(),
                        kind)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Machine machine = new Machine(holder, directory);
        String said =
                new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (!"ready".equals(said)) {
            holder.destroyForcibly();
            throw new IllegalStateException("The machine could not be created; see above");
        }
        return machine;
    }

    /** Connects two machines by a cable. */
    void connect(Machine other, List<String> own, List<String> others) throws IOException, InterruptedException {
        String name = "to" + other.holder.pid();
        run(
                Path.of("/"),
                "ip link add %s type veth peer name up0 netns %d".formatted(name, other.holder.pid()),
                List.of());
        address(name, own);
        other.address("up0", others);
        run(Path.of("/"), """
                for i in $(seq 200); do
                    ip -o link show %s | grep -q 'state UP' && exit 0
                    sleep 0.05
                done
                echo "The cable has no carrier" >&2
                exit 1
                """.formatted(name), List.of());
    }

    private void address(String link, List<String> addresses) throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder();
        for (String address : addresses) {
            script.append(
                    "ip address add %s dev %s%s\n".formatted(address, link, address.contains(":") ? " nodad" : ""));
        }
        run(
                Path.of("/"),
                // Without an address of its own choice, which would come seconds later: a browser gives up what it is
                // loading then.
                script.append("ip link set dev %s addrgenmode none up".formatted(link))
                        .toString(),
                List.of());
    }

    /** Returns a command that runs another one in this machine's network; everything else is as here. */
    String inItsNetwork(String command) {
        return "exec nsenter --net=/proc/%d/ns/net %s \"$@\"".formatted(holder.pid(), command);
    }

    /** Returns the directory that is {@code /tmp} on this machine. */
    Path temporary() {
        return directory.resolve("tmp");
    }

    /**
     * Runs commands on this machine; all must succeed. Processes that they leave in the background keep running.
     *
     * @param before directories of programs that are found before all others
     * @return the output of the commands
     */
    String run(Path where, String commands, List<Path> before) throws IOException, InterruptedException {
        Path output = Files.createTempFile("bailiwick-machine", ".out");
        Path errors = Files.createTempFile("bailiwick-machine", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(
                            "nsenter",
                            "--target",
                            Long.toString(holder.pid()),
                            "--net",
                            "--mount",
                            "sh",
                            "-euc",
                            "cd '" + where + "'\n" + commands)
                    // Not through a pipe: a process that keeps running would keep it open.
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile());
            StringBuilder path = new StringBuilder();
            before.forEach(
                    directoryOfPrograms -> path.append(directoryOfPrograms).append(':'));
            builder.environment().put("PATH", path + "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            Process process = builder.start();
            if (!process.waitFor(MAX_COMMAND_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("did not end: " + commands + "\n" + Files.readString(output));
            }
            assertThat(process.exitValue())
                    .as("%s\n%s\n%s", commands, Files.readString(output), Files.readString(errors))
                    .isZero();
            return Files.readString(output);
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    @Override
    public void close() throws IOException {
        holder.getOutputStream().close();
        holder.destroy();
    }
}
