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
 * A machine of its own as far as a program can tell that asks for network, installed programs and configuration: these are in
 * namespaces of its own. It shares kernel, processes and {@code /usr} with this one. It is there for as long as this object.
 */
final class Machine implements AutoCloseable {

    private static final int MAX_COMMAND_MINUTES = 4;

    /** Without an end of its own it lives until its input ends, which this process holds open. */
    private static final String SETUP = """
            ip link set lo up
            mkdir -p "$0/cgroup" "$0/tmp" "$0/etc" "$0/etc.work" "$0/opt" "$0/opt.work" "$0/lib" "$0/log" "$0/run"
            chmod 1777 "$0/tmp"
            mount --rbind /sys/fs/cgroup "$0/cgroup"
            mount -t sysfs sysfs /sys
            mount --rbind "$0/cgroup" /sys/fs/cgroup
            umount -l "$0/cgroup"
            mount --bind "$0/tmp" /tmp
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

    /** One with a network of its own; everything installed and configured here is there too. */
    static Machine besides(Path directory) throws IOException {
        return start(directory, "furnished");
    }

    /** One on which nothing but the system is installed. */
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
            throw new IllegalStateException("No machine could be made; see above");
        }
        return machine;
    }

    /** Connects two machines by a cable between them, and nothing else. */
    void connect(Machine other, List<String> own, List<String> others) throws IOException, InterruptedException {
        String name = "to" + other.holder.pid();
        run(
                Path.of("/"),
                "ip link add %s type veth peer name up0 netns %d".formatted(name, other.holder.pid()),
                List.of());
        address(name, own);
        other.address("up0", others);
    }

    private void address(String link, List<String> addresses) throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder();
        for (String address : addresses) {
            script.append(
                    "ip address add %s dev %s%s\n".formatted(address, link, address.contains(":") ? " nodad" : ""));
        }
        run(
                Path.of("/"),
                script.append("ip link set ").append(link).append(" up").toString(),
                List.of());
    }

    /** A command that runs in this machine's network, with everything else as it is here. */
    String inItsNetwork(String command) {
        return "exec nsenter --net=/proc/%d/ns/net %s \"$@\"".formatted(holder.pid(), command);
    }

    /** What is {@code /tmp} there. */
    Path temporary() {
        return directory.resolve("tmp");
    }

    /**
     * What commands print when they are run there one after the other, all of which must succeed. What they leave running goes on.
     *
     * @param before directories of programs that are found before all others
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
                    // Not through a pipe: whoever goes on running would keep it open.
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
                throw new AssertionError("does not end: " + commands + "\n" + Files.readString(output));
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
