package dev.bailiwick.agent.kernel.linux.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.TestProgram;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Counters of the kernel for the whole machine. Either a jail has its own limit and another jail can use the same amount at the same
 * time, or nothing limits the counter and docs/counts.md says so. {@code InterferenceTest} and {@code LimitsTest} show that neighbours
 * still answer.
 */
@NeedsRoot
class CountsTest {

    private static final Path PAGE = Path.of("../docs/counts.md");

    private TestHost host;
    private Path program;

    @BeforeEach
    void open() throws Exception {
        host = new TestHost();
        program = Files.createTempFile(Path.of("/tmp"), "bailiwick-counts-", "");
        TestProgram.compile("counts", program);
    }

    @AfterEach
    void close() throws IOException {
        host.close();
        Files.delete(program);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "terminals, 128, ENOSPC",
        "inotify-instances, 128, EMFILE",
        "inotify-watches, 65536, ENOSPC",
        "fanotify-groups, 0, EPERM",
        "keys, 0, EPERM",
        "namespaces, 0, EPERM",
        "segments, 4096, ENOSPC",
        "mounts, 0, EPERM"
    })
    void oneJailGetsSoManyAndAnotherAsManyBesides(String name, long count, String error) throws Exception {
        assertThat(takenByTwo(name, Profile.HOSTING)).containsOnly(new Attempt(count, error));
    }

    @Test
    void processesAreAShareOfTheMachines() throws Exception {
        for (Attempt taken : takenByTwo("processes", Profile.HOSTING)) {
            assertThat(taken.error).isEqualTo("EAGAIN");
            long share = Math.min(ProcessLimit.ofOneJail(), ProcessLimit.adopted());
            assertThat(taken.count).isBetween(share / 2, share);
        }
    }

    /** A jail's process ids have their own maximum. */
    @Test
    void idsOfProcessesEndForEachJailWhereTheKernelCanSaySo() throws Exception {
        assumeTrue(isFrom(6, 14), "before Linux 6.14 kernel.pid_max is the machine's");

        long inside = Long.parseLong(
                host.outputOf("ids", "cat /proc/sys/kernel/pid_max").strip());
        assertThat(inside).isEqualTo(ProcessLimit.adopted() + 301);
        assertThat(host.outputOf("raiser", "echo 4194304 >/proc/sys/kernel/pid_max || cat /proc/sys/kernel/pid_max"))
                .endsWith("\n" + inside + "\n");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"timers, EAGAIN", "locked-pages, ENOMEM", "pipes, EPERM"})
    void oneJailGetsItsShareAndAnotherAsMuch(String name, String error) throws Exception {
        List<Attempt> taken = takenByTwo(name, Profile.HOSTING);

        assertThat(taken).allMatch(each -> each.error.equals(error) && each.count > 0);
        assertThat(taken.get(1).count).isGreaterThanOrEqualTo(taken.getFirst().count * 9 / 10);
    }

    @Test
    void aProcessHasSoManyFiles() throws Exception {
        assertThat(takenByTwo("files", Profile.HOSTING))
                .allMatch(taken -> taken.error.equals("EMFILE") && taken.count < 65_536);
    }

    @Test
    void groupsBelowAJailsOwnEndAtItsNumber() throws Exception {
        assertThat(takenByTwo("groups", Profile.SYSTEM)).containsOnly(new Attempt(1000, "EAGAIN"));
    }

    /** Root of such a jail mounts further terminals besides the provided ones. */
    @Test
    void terminalsOfASystemAreNotBounded() throws Exception {
        String script = "mkdir -p /mnt && mount -t devpts -o newinstance,ptmxmode=666 none /mnt && exec perl -e '"
                + "my @all; while (@all < 300 && open(my $one, \"+<\", \"/mnt/ptmx\")) { push @all, $one } print scalar @all'";

        assertThat(host.outputOf(under(host.definition("mounter", "/bin/sh", "-c", script), Profile.SYSTEM)))
                .isEqualTo("300");
        assertNotBounded("terminals of a system");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"requests", "tcp-memory"})
    void whatTheMachineCountsAloneIsNotBounded(String name) throws Exception {
        long before = ofTheMachine(name);
        JailId jail = host.newId();
        host.start(jail, counting("taker", name));

        Attempt taken = awaitTaken(jail, name);

        assertThat(taken.error).as("no call failed").isEqualTo("0");
        long enough = name.equals("tcp-memory") ? 256 * taken.count / 4 : taken.count / 2;
        assertThat(ofTheMachine(name) - before)
                .as("the increase of the machine's count")
                .isGreaterThanOrEqualTo(enough);
        assertNotBounded(name);
    }

    /** On a shared network of the host, each address would be an entry. */
    @Test
    void neighboursAreItsGatewaysAlone() throws Exception {
        long before = ofTheMachine("neighbours");
        JailId jail = host.newId();
        host.start(jail, counting("taker", "neighbours"));

        awaitTaken(jail, "neighbours");

        assertThat(ofTheMachine("neighbours") - before).isLessThan(100);
    }

    /**
     * Returns the machine's count. Other programs on this machine may use and release some meanwhile, but far fewer than the tests
     * expect.
     */
    private static long ofTheMachine(String name) throws IOException {
        return switch (name) {
            case "requests" -> Long.parseLong(Sysctl.read("fs/aio-nr"));
            case "tcp-memory" -> word("/proc/net/sockstat", "TCP: .* mem (\\d+)", 10); // pages
            case "neighbours" -> word("/proc/net/stat/ndisc_cache", "(?m)^([0-9a-f]{8}) ", 16);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static long word(String file, String pattern, int radix) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(Path.of(file)));
        assertThat(matcher.find()).as(file).isTrue();
        return Long.parseLong(matcher.group(1), radix);
    }

    @Test
    void thePageNamesEachThatIsTried() throws IOException {
        Set<String> named = new TreeSet<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher tried = Pattern.compile("\\| `([a-z-]+)` \\|$").matcher(line);
            if (tried.find()) {
                named.add(tried.group(1));
            }
        }
        assertThat(named).containsExactlyElementsOf(tried().sorted().toList());
    }

    /** Returns all counters that the program knows. */
    private static Stream<String> tried() throws IOException {
        return Files.readAllLines(Path.of("src/test/c/counts/main.c")).stream()
                .map(Pattern.compile("    \\{\"([a-z-]+)\", [a-z_]+},")::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void preparingAHostRaises(String setting) throws IOException {
        assertThat(Files.readString(Path.of("../deploy/prepare-host.sh"))).contains("\n" + setting + " = ");
        assertThat(Files.readString(Path.of("../run"))).contains(setting.replace('.', '/'));
    }

    static List<String> preparingAHostRaises() {
        return List.of("kernel.pid_max", "kernel.threads-max", "kernel.pty.max", "fs.aio-max-nr");
    }

    private static void assertNotBounded(String name) throws IOException {
        assertThat(Files.readAllLines(PAGE))
                .as("docs/counts.md reports no limit for " + name)
                .anyMatch(line -> line.contains(name) && line.contains("*not bounded*"));
    }

    /** The program's output. */
    private record Attempt(long count, String error) {}

    private List<Attempt> takenByTwo(String name, Profile profile) throws Exception {
        JailId one = host.newId();
        JailId other = host.newId();
        host.start(one, under(counting("one", name), profile));
        Attempt first = awaitTaken(one, name);
        host.start(other, under(counting("other", name), profile));
        return List.of(first, awaitTaken(other, name));
    }

    private Attempt awaitTaken(JailId jail, String name) throws IOException {
        Pattern said = Pattern.compile("(?m)^" + name + " (\\d+) (\\w+)$");
        host.awaitLog(jail, name + " ");
        host.awaitLog(jail, "\n");
        Matcher matcher = said.matcher(host.logOf(jail));
        assertThat(matcher.find()).as(host.logOf(jail)).isTrue();
        return new Attempt(Long.parseLong(matcher.group(1)), matcher.group(2));
    }

    private JailDefinition counting(String jail, String name) throws IOException {
        return TestHost.withProgram(host.definition(jail, "/counts", name), program, "counts");
    }

    private static JailDefinition under(JailDefinition defined, Profile profile) {
        return DefinitionVariant.of(defined).policy(Policy.of(profile)).definition();
    }

    private static boolean isFrom(int major, int minor) {
        String[] release = Sysctl.read("kernel/osrelease").split("\\D+", 3);
        int actual = Integer.parseInt(release[0]);
        return actual > major || actual == major && Integer.parseInt(release[1]) >= minor;
    }
}
