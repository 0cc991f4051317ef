package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a process in a jail can see and do. For every denial, the same probe succeeds outside the jail, if trying it is harmless. */
@NeedsRoot
class JailIsolationTest extends OneHostTest {

    @Test
    void isRootInsideAndNobodyOutside() throws Exception {
        JailId id = host.newId();
        int pid = host.start(id, host.definition("who", "/bin/sh", "-c", "id -u; exec sleep 100"))
                .jail()
                .initPid()
                .orElseThrow();
        host.awaitLog(id, "0\n");
        String status = Files.readString(Path.of("/proc", Integer.toString(pid), "status"));
        assertThat(status).contains("Uid:\t" + host.kernel.firstHostId(id).orElseThrow());
    }

    @Test
    void hasItsOwnHostname() throws Exception {
        assertThat(host.outputOf("named", "hostname")).isEqualTo("named.example\n");
        assertThat(outside("hostname")).isNotEqualTo("named.example\n");
    }

    @Test
    void seesOnlyItsOwnProcesses() throws Exception {
        assertThat(host.outputOf("alone", "ls /proc | grep -x '[0-9]*' | head -n 1; ls /proc | grep -c -x '[0-9]*'")
                        .lines()
                        .toList())
                .first()
                .isEqualTo("1");
        assertThat(outside("ls /proc | grep -c -x '[0-9]*'").strip())
                .satisfies(count -> assertThat(Integer.parseInt(count)).isGreaterThan(10));
    }

    @Test
    void seesOnlyItsOwnMounts() throws Exception {
        String mounts = host.outputOf("mounted", "cut -d' ' -f2 /proc/mounts");
        assertThat(mounts.lines())
                .contains("/", "/usr", "/proc", "/dev", "/sys", "/sys/fs/cgroup", "/tmp", "/run")
                .doesNotContain("/sys/fs/cgroup/unified");
        assertThat(mounts).doesNotContain(host.layout.rootBase().toString());
    }

    /** Where Java, Go and Node look for the limits of a program. */
    @Test
    void seesItsOwnCgroupAndCannotWriteToIt() throws Exception {
        String look = "awk '$2 == \"/sys/fs/cgroup\" { print $3, $4 }' /proc/mounts; cat /proc/self/cgroup | grep ^0;"
                + " head -n 1 /sys/fs/cgroup/cgroup.procs; ls -d /sys/fs/cgroup/[0-9]*; cat /sys/fs/cgroup/cgroup.type;"
                + " mkdir /sys/fs/cgroup/below; echo 1 > /sys/fs/cgroup/cgroup.procs; echo 5 > /sys/fs/cgroup/cgroup.max.depth";
        assertThat(host.outputOf("limited", "exec 2>&1; " + look).lines())
                .satisfiesExactly(
                        options -> assertThat(options).startsWith("cgroup2 ro,").contains("nosuid", "nodev", "noexec"),
                        path -> assertThat(path).isEqualTo("0::/"),
                        first -> assertThat(first).as("the init").isEqualTo("1"),
                        others -> assertThat(others)
                                .as("no cgroup of another jail")
                                .contains("No such file"),
                        type -> assertThat(type)
                                .as("the root of all cgroups has no type")
                                .isEqualTo("domain"),
                        refused -> assertThat(refused).contains("Read-only file system"),
                        refused -> assertThat(refused).contains("Read-only file system"),
                        refused -> assertThat(refused).contains("Read-only file system"));
        String mount = "awk '$3 == \"cgroup2\" { print $2; exit }' /proc/mounts";
        assertThat(outside("cd $(" + mount
                        + ") && mkdir probe-$$ && echo 5 > probe-$$/cgroup.max.depth && echo written; rmdir probe-$$"))
                .isEqualTo("written\n");
    }

    @Test
    void hasExactlyItsOwnAddresses() throws Exception {
        JailDefinition definition = host.definition("addressed", "/bin/sh", "-c", "ip -o addr show");
        String addresses = host.outputOf(definition);
        assertThat(addresses.lines().filter(line -> line.contains("inet")).toList())
                .hasSize(4)
                .anyMatch(line -> line.contains(definition.addresses().v4().orElseThrow() + "/32"))
                .anyMatch(line -> line.contains(definition.addresses().v6().orElseThrow() + "/128"))
                .anyMatch(line -> line.contains("127.0.0.1/8"))
                .anyMatch(line -> line.contains("::1/128"));
    }

    @Test
    void answersOnItsAddressWhatItBoundAsAny() throws Exception {
        JailDefinition definition = perl("web", """
                use IO::Socket::INET;
                my $server = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => 80, Listen => 5) or die $!;
                print "listening\\n";
                while (my $client = $server->accept) { print $client "hello\\n"; close $client; }
                """);
        JailId id = host.newId();
        host.start(id, definition);
        host.awaitLog(id, "listening");
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(
                            definition.addresses().v4().orElseThrow().value(), 80),
                    5_000);
            assertThat(new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                            .readLine())
                    .isEqualTo("hello");
        }
    }

    @Test
    void canNotBindAnAddressThatIsNotItsOwn() throws Exception {
        String bind = """
                use IO::Socket::INET;
                IO::Socket::INET->new(LocalAddr => '%s', LocalPort => 0, Listen => 1) or do { print "$!{EADDRNOTAVAIL}" ? "EADDRNOTAVAIL\\n" : "$!\\n"; exit };
                print "bound\\n";
                """;
        assertThat(host.outputOf(perl("binder", bind.formatted("198.18.255.254"))))
                .isEqualTo("EADDRNOTAVAIL\n");
        assertThat(host.outputOf(perl("binder2", bind.formatted("0.0.0.0")))).isEqualTo("bound\n");
    }

    @Test
    void mayMakeAFifoButNoDevice() throws Exception {
        assertThat(host.outputOf(
                        "maker",
                        "mkfifo /tmp/fifo && echo fifo; mknod /tmp/disk b 254 0; mknod /tmp/zero c 1 5; ls /tmp"))
                .contains("fifo\n")
                .contains("/tmp/disk: Operation not permitted")
                .contains("/tmp/zero: Operation not permitted")
                .doesNotContain("\ndisk\n");
        Path directory = Files.createTempDirectory(Path.of("/tmp"), "bailiwick-mknod-");
        assertThat(outside("mknod " + directory + "/zero c 1 5 && echo made")).isEqualTo("made\n");
        outside("rm -r " + directory);
    }

    @Test
    void answersPrivilegedCallsAsTheTableSays() throws Exception {
        String calls = """
                sub probe { my ($name, $number, @arguments) = @_; $! = 0; my $r = syscall($number, @arguments); print "$name ", ($r < 0 ? $! + 0 : 'ok'), "\\n"; }
                $| = 1;
                my ($none, $tmp, $type, $name) = ("none", "/mnt", "tmpfs", "other");
                probe('mount', 165, $none, $tmp, $type, 0, 0);
                probe('sethostname', 170, $name, 5);
                probe('unshare', 272, 0x10000000);
                probe('setns', 308, -1, 0);
                probe('keyctl', 250, 0, -3, 0);
                probe('bpf', 321, 0, 0, 0);
                probe('clone3', 435, 0, 0);
                probe('io_uring_setup', 425, 4, 0);
                probe('socket(AF_VSOCK)', 41, 40, 1, 0);
                probe('reboot(CAD_OFF)', 169, 0xfee1dead, 0x28121969, 0, 0);
                probe('unknown', 9999);
                probe('x32 getpid', 0x40000027);
                probe('getpid', 39);
                """;
        assertThat(host.outputOf(perl("caller", calls)).lines().toList())
                .containsExactly(
                        "mount 1",
                        "sethostname 1",
                        "unshare 1",
                        "setns 1",
                        "keyctl 1",
                        "bpf 1",
                        "clone3 38",
                        "io_uring_setup 38",
                        "socket(AF_VSOCK) 97",
                        "reboot(CAD_OFF) 22",
                        "unknown 38",
                        "x32 getpid 38",
                        "getpid ok");
        assertThat(outside("unshare -U true && echo made")).isEqualTo("made\n");
        assertThat(outside("unshare -m mount -t tmpfs none /mnt && echo mounted"))
                .isEqualTo("mounted\n");
        assertThat(outside("unshare -u hostname other && echo named")).isEqualTo("named\n");
    }

    @Test
    void keepsOnlyTheCapabilitiesOfAHarmlessRoot() throws Exception {
        String kept = "00000000200405fb";
        assertThat(host.outputOf("capable", "grep -E 'Cap|NoNewPrivs|Seccomp:' /proc/self/status")
                        .lines()
                        .toList())
                .containsExactly(
                        "CapInh:\t0000000000000000",
                        "CapPrm:\t" + kept,
                        "CapEff:\t" + kept,
                        "CapBnd:\t" + kept,
                        "CapAmb:\t0000000000000000",
                        "NoNewPrivs:\t1",
                        "Seccomp:\t2");
    }

    @Test
    void getsNoDescriptorButItsStandardStreams() throws Exception {
        assertThat(host.outputOf("descriptors", "ls /proc/1/fd").lines().toList())
                .containsExactly("0", "1", "2");
    }

    @Test
    void canNotWriteToTheHostsProgramsOrItsKernel() throws Exception {
        assertThat(
                        host.outputOf(
                                "writer",
                                "touch /usr/bin/new; : > /proc/sys/kernel/core_pattern; : > /proc/sysrq-trigger; : > /sys/kernel/uevent_helper; true"))
                .contains("Read-only file system")
                .doesNotContain("cannot touch '/usr/bin/new': Permission");
        assertThat(Path.of("/usr/bin/new")).doesNotExist();
    }

    @Test
    void seesNothingWhereTheHostHasDevices() throws Exception {
        assumeThat(Path.of("/proc/acpi")).isDirectory();
        assertThat(host.outputOf("masked", "ls -A /proc/acpi | wc -l; touch /proc/acpi/x; true"))
                .startsWith("0\n")
                .contains("Read-only file system");
    }

    @Test
    void doesNotShareWatchesOnTheHostsPrograms() throws Exception {
        // As the kernel identifies files: an overlay's inode is not the host's.
        String inside = host.outputOf("inode", "stat -c %d /usr/bin/env").strip();
        assertThat(inside).isNotEqualTo(outside("stat -c %d /usr/bin/env").strip());
    }

    /** With the base directory, a process can still see its root's path on the host's file system; see the known limits. */
    @Test
    void doesNotSeeWhereTheHostHasItsFiles() throws Exception {
        String seen = host.outputOf(
                "placed",
                "for p in /proc/[0-9]*; do readlink $p/fd/* $p/cwd $p/root $p/exe; cat $p/mountinfo $p/mounts $p/maps $p/environ; done;"
                        + " readlink /proc/1/fd/1; true");
        assertThat(seen)
                .contains("/console\n")
                .contains("overlay")
                .doesNotContain(host.layout.runtimeDirectory().toString())
                .doesNotContain(host.layout.rootBase().toString())
                .doesNotContain(host.layout.stateDirectory().toString());
        assertThat(outside("readlink /proc/self/cwd"))
                .contains(Path.of("").toAbsolutePath().toString());
    }

    @Test
    void canNotReachItsOutputsFileOnTheHost() throws Exception {
        assertThat(host.outputOf(
                        "output", "[ -p /dev/stdout ] && echo pipe; echo again > /dev/stdout; wc -c < /dev/null"))
                .isEqualTo("pipe\nagain\n0\n");
    }

    private JailDefinition perl(String name, String program) {
        JailDefinition definition = host.definition(name, "/bin/true");
        return DefinitionVariant.of(definition)
                .command(Command.of("/usr/bin/perl", "-e", "$| = 1;" + program))
                .definition();
    }

    private static String outside(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of("/bin/sh", "-c", script))
                .redirectErrorStream(true)
                .start();
        try (BufferedReader reader = process.inputReader()) {
            String output = reader.lines().map(line -> line + "\n").collect(Collectors.joining());
            process.waitFor();
            return output;
        }
    }
}
