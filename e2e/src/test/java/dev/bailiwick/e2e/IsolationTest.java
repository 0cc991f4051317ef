package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Compares what commands show inside a jail, which was created by REST, with what they show outside. */
@OnFleet
class IsolationTest {

    private static final String BIND = """
            perl -MSocket=:all -MErrno -e '
                my $address = "%s";
                my $six = $address =~ /:/;
                socket(my $socket, $six ? PF_INET6 : PF_INET, SOCK_STREAM, 0) or die $!;
                print bind($socket, $six ? pack_sockaddr_in6(0, inet_pton(AF_INET6, $address)) \
                    : pack_sockaddr_in(0, inet_aton($address))) ? "bound\n" : $!{EADDRNOTAVAIL} ? "EADDRNOTAVAIL\n" : "$!\n"'
            """;

    /** The paths in the jail's /proc that are covered or read-only, if the kernel has them. */
    private static final List<String> COVERED_IN_PROC = List.of(
            "sys",
            "fs",
            "bus",
            "irq",
            "kcore",
            "keys",
            "key-users",
            "timer_list",
            "sched_debug",
            "latency_stats",
            "sysrq-trigger",
            "kallsyms",
            "acpi",
            "asound",
            "scsi");

    @Test
    void insideThereIsOnlyTheJail(Fleet fleet) throws Exception {
        Jail jail = fleet.create(withScript(fleet, "only", 80, "id -u\nhostname"));

        assertThat(said(fleet, jail)).containsExactly("0", "only.example");
        assertThat(outside("hostname")).isNotEqualTo("only.example");
        assertThat(HostLeftovers.uidOf(jail.initPid())).as("the user outside").isNotZero();
    }

    @Test
    void onlyTheJailsAddressesAreThere(Fleet fleet) throws Exception {
        Jail jail = fleet.create(withScript(fleet, "addressed", 83, "ip -o addr"));

        assertThat(addresses(said(fleet, jail)))
                .containsExactlyInAnyOrder(
                        "127.0.0.1/8",
                        "::1/128",
                        fleet.partition().address4(83) + "/32",
                        fleet.partition().address6(83) + "/128");
        assertThat(addresses(outside("ip -o addr").lines().toList()))
                .doesNotContain(
                        fleet.partition().address4(83) + "/32",
                        fleet.partition().address6(83) + "/128")
                .hasSizeGreaterThan(2);
    }

    @Test
    void onlyTheJailsProcessesAreThere(Fleet fleet) throws Exception {
        Jail jail = fleet.create(withScript(fleet, "alone", 84, "ps -e"));

        List<List<String>> processes = rows(said(fleet, jail));

        assertThat(processes.getFirst()).containsExactly("PID", "TTY", "TIME", "CMD");
        assertThat(processes.get(1)).startsWith("1").endsWith("sh");
        assertThat(processes.get(2)).endsWith("ps");
        assertThat(processes).hasSize(3);
        List<String> outside = rows(outside("ps -e").lines().toList()).stream()
                .map(List::getFirst)
                .toList();
        assertThat(outside)
                .contains(
                        Integer.toString(jail.initPid()),
                        Long.toString(fleet.agent().pid()))
                .hasSizeGreaterThan(3);
    }

    @Test
    void onlyTheJailsMountsAreThere(Fleet fleet) throws Exception {
        Jail jail = fleet.create(withScript(fleet, "mounted", 85, "mount"));
        Set<String> expected = new TreeSet<>(
                Set.of("/", "/usr", "/dev", "/dev/pts", "/dev/shm", "/tmp", "/run", "/sys", "/sys/fs/cgroup", "/proc"));
        COVERED_IN_PROC.stream()
                .map(name -> "/proc/" + name)
                .filter(path -> Files.exists(Path.of(path)))
                .forEach(expected::add);

        List<String> mounts = said(fleet, jail);

        assertThat(targets(mounts)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(mounts)
                .noneMatch(mount -> mount.contains(fleet.partition().directory().toString()));
        assertThat(targets(outside("mount").lines().toList())).isNotEmpty().doesNotContain("/usr");
    }

    @Test
    void anAddressThatIsAnotherJailsCanNotBeBound(Fleet fleet) throws Exception {
        String four = fleet.partition().address4(81);
        String six = fleet.partition().address6(81);
        String both = BIND.formatted(four) + BIND.formatted(six);
        Jail neighbour = fleet.create(withScript(fleet, "neighbour", 81, both));
        Jail jail =
                fleet.create(withScript(fleet, "binder", 82, both + BIND.formatted("0.0.0.0") + BIND.formatted("::")));

        assertThat(said(fleet, jail)).containsExactly("EADDRNOTAVAIL", "EADDRNOTAVAIL", "bound", "bound");
        assertThat(said(fleet, neighbour)).containsExactly("bound", "bound");
        assertThat(inNetworkWith(four, six, both)).containsExactly("bound", "bound");
    }

    /**
     * Runs a script outside of any jail, in its own network namespace, where it can have these addresses: on the host they belong to
     * the neighbour.
     */
    private static List<String> inNetworkWith(String four, String six, String script) throws IOException {
        String furnished = """
                ip link set lo up
                ip addr add %s/32 dev lo
                ip addr add %s/128 dev lo nodad
                """.formatted(four, six) + script;
        Process shell = new ProcessBuilder("unshare", "--net", "/bin/sh", "-c", furnished).start();
        return new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    /** Returns the fourth word of each line: {@code 2: eth0    inet 10.0.0.1/32 scope global eth0 …}. */
    private static List<String> addresses(List<String> shown) {
        return rows(shown).stream().map(row -> row.get(3)).toList();
    }

    /** Returns the third word of each line: {@code proc on /proc type proc (rw,relatime)}. */
    private static List<String> targets(List<String> mounts) {
        return rows(mounts).stream().map(row -> row.get(2)).toList();
    }

    private static List<List<String>> rows(List<String> lines) {
        return lines.stream()
                .map(line -> List.of(line.strip().split("\\s+", -1)))
                .toList();
    }

    /** Returns a definition whose init runs the script, writes a line that marks the end of its output, and then waits. */
    private static ObjectNode withScript(Fleet fleet, String name, int number, String script) {
        ObjectNode definition = fleet.definition(name, number);
        definition
                .putArray("ip")
                .add(fleet.partition().address4(number))
                .add(fleet.partition().address6(number));
        ArrayNode command = definition.putArray("command");
        command.add("/bin/sh").add("-c").add("trap 'exit 0' TERM\n" + script + "\necho said\nsleep 1000 & wait");
        return definition;
    }

    private static List<String> said(Fleet fleet, Jail jail) {
        return await()
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> Files.readAllLines(fleet.logOf(jail)), lines -> lines.contains("said"))
                .stream()
                .takeWhile(line -> !line.equals("said"))
                .toList();
    }

    private static String outside(String script) throws IOException {
        Process shell = new ProcessBuilder("/bin/sh", "-c", script).start();
        return new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }
}
