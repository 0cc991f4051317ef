package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.RunDirectories;
import dev.bailiwick.jail.process.RunDirectory;
import dev.bailiwick.jail.process.WorkingDirectory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command of a jail runs as the user, and begins in the directory, that its definition names. */
@NeedsRoot
class ExecutionTest extends OneHostTest {

    private static final String IDS = "echo $(id -u):$(id -g) $(id -G)";

    private JailId id;

    @BeforeEach
    void newJail() {
        id = host.newId();
    }

    private static Execution as(String user) {
        return Execution.PLAIN.with(CommandUser.parse(user));
    }

    private static Execution in(String directory) {
        return Execution.PLAIN.with(new WorkingDirectory(directory));
    }

    private JailDefinition script(Execution execution, String script) {
        return DefinitionVariant.of(host.definition("executed", "/bin/sh", "-c", script))
                .execution(execution)
                .definition();
    }

    /** Returns the output of one run; all runs are of the same jail. */
    private String said(Execution execution, String script) throws Exception {
        int before = host.logOf(id).length();
        host.start(id, script(execution, script));
        host.awaitEnd();
        host.kernel.release(id);
        return host.logOf(id).substring(before);
    }

    private String refused(Execution execution) {
        KernelRefusal refusal =
                catchThrowableOfType(KernelRefusal.class, () -> host.start(id, script(execution, "echo started")));
        assertThat(refusal).as(execution.toString()).isNotNull();
        assertThat(refusal.isPermanent()).as(refusal.detail()).isTrue();
        return refusal.reason() + ": " + refusal.detail();
    }

    @Test
    void runsAsTheUserWithoutACapability() throws Exception {
        String said = said(
                as("www-data"),
                IDS
                        + "; echo $HOME $USER $LOGNAME; grep -E '^Cap(Inh|Prm|Eff|Amb)' /proc/self/status; echo x >/root/f");
        assertThat(said).contains("33:33 33\n", "/var/www www-data www-data\n", "/root/f: Permission denied");
        assertThat(said.lines().filter(line -> line.startsWith("Cap")))
                .hasSize(4)
                .allMatch(line -> line.endsWith("\t0000000000000000"));
        assertThat(said(Execution.PLAIN, IDS + "; echo $HOME $USER")).isEqualTo("0:0 0\n/root\n");
    }

    @Test
    void hasTheGroupsThatALoginGives() throws Exception {
        said(Execution.PLAIN, """
                echo 'app:x:1000:1000::/srv/app:/bin/sh' >>/etc/passwd
                printf 'app:x:1000:\nadm:x:4:root,app\nssl:x:111:application\nlogs:x:112:app\n' >>/etc/group
                """);
        assertThat(said(as("app"), IDS + "; echo $HOME")).isEqualTo("1000:1000 1000 4 112\n/srv/app\n");
        assertThat(said(as("1000"), IDS + "; echo $USER")).isEqualTo("1000:1000 1000 4 112\napp\n");
        assertThat(said(as("app:www-data"), IDS)).isEqualTo("1000:33 33 4 112\n");
        assertThat(said(as("app:2000"), IDS)).isEqualTo("1000:2000 2000 4 112\n");
        assertThat(said(as("2000:2000"), IDS + "; echo $HOME")).isEqualTo("2000:2000 2000\n/root\n");
        assertThat(said(as("root:adm"), IDS)).isEqualTo("0:4 4\n");
    }

    @Test
    void saysWhichUserTheJailDoesNotHave() {
        assertThat(refused(as("nginx")))
                .isEqualTo("UserUnknown: user nginx: the jail's /etc/passwd does not list a user nginx");
        assertThat(refused(as("www-data:ssl")))
                .endsWith("www-data:ssl: the jail's /etc/group does not list a group ssl");
        assertThat(refused(as("4000")))
                .endsWith("does not list the id 4000: name its group too, for example 4000:4000");
    }

    /** The jail's files cannot make the agent read the host's, wait, or give the command an id that the jail does not have. */
    @Test
    void readsOnlyTheJailsOwnFiles() throws Exception {
        said(Execution.PLAIN, """
                printf 'minus:x:-1:0::/:\nbig:x:4294967295:0::/:\nwide:x:65536:0::/:\nshort:x:5\n' >>/etc/passwd
                printf '\\000\\377\\nlast:x:7:7::/last:/bin/sh' >>/etc/passwd
                """);
        for (String name : List.of("minus", "big", "wide", "short")) {
            assertThat(refused(as(name))).endsWith("does not list a user " + name);
        }
        assertThat(said(as("last"), IDS + "; echo $HOME")).isEqualTo("7:7 7\n/last\n");

        Path users = Path.of(script(Execution.PLAIN, "").path().value(), "root/etc/passwd");
        String hosts = firstUserOfTheHost();
        Files.delete(users);
        Files.createSymbolicLink(users, Path.of("/etc/passwd"));
        assertThat(refused(as(hosts))).endsWith("does not list a user " + hosts);
        Files.delete(users);
        Files.createSymbolicLink(users, Path.of("../../../../../../../../../../../../etc/passwd"));
        assertThat(refused(as(hosts))).endsWith("does not list a user " + hosts);
        Files.delete(users);
        makePipe(users);
        assertThat(refused(as("www-data"))).endsWith("does not list a user www-data");
        Files.delete(users);
        Files.writeString(users, "www-data:x:33:33::/:/bin/sh\n" + "#".repeat(1 << 20));
        assertThat(refused(as("www-data"))).endsWith("the jail's /etc/passwd is longer than 1 MiB");
    }

    /** Returns a user whom the thin base does not have. */
    private static String firstUserOfTheHost() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/etc/passwd"))) {
            return lines.map(line -> line.split(":", 2)[0])
                    .filter(name ->
                            !List.of("root", "daemon", "www-data", "nobody").contains(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void makePipe(Path path) {
        try (NativeMemory memory = new NativeMemory()) {
            Linux.call(
                    SystemCall.MKNODAT,
                    path.toString(),
                    Constants.AT_FDCWD,
                    NativeMemory.address(memory.text(path.toString())),
                    Constants.S_IFIFO | 0666,
                    0);
        }
    }

    @Test
    void beginsInTheDirectory() throws Exception {
        assertThat(said(in("/var/log"), "pwd; mkdir -p /srv/real; ln -s /srv/real /srv/link"))
                .isEqualTo("/var/log\n");
        assertThat(said(in("/srv/link"), "/bin/pwd")).isEqualTo("/srv/real\n");
        assertThat(said(in("/srv/../tmp/."), "/bin/pwd")).isEqualTo("/tmp\n");
        assertThat(said(as("www-data").with(new WorkingDirectory("/srv/real")), "/bin/pwd; id -u"))
                .isEqualTo("/srv/real\n33\n");
    }

    @Test
    void saysWhyItCannotBeginThere() throws Exception {
        assertThat(refused(in("/srv/none")))
                .isEqualTo("StartFailed: workingDirectory /srv/none does not exist in the jail (openat2: ENOENT)");
        assertThat(refused(in("/etc/passwd")))
                .isEqualTo("StartFailed: workingDirectory /etc/passwd is not a directory (openat2: ENOTDIR)");
        said(Execution.PLAIN, "mkdir -m 700 /srv/private /srv/private/below");
        assertThat(refused(as("www-data").with(new WorkingDirectory("/srv/private/below"))))
                .contains("cannot be entered by the user of the command");
    }

    @Test
    void findsTheDirectoriesBelowRunThatItNeeds() throws Exception {
        Execution daemon = Execution.PLAIN.with(new RunDirectories(List.of(
                RunDirectory.parse("/run/sshd - 0755"),
                RunDirectory.parse("/run/postgresql www-data:adm 2775"),
                RunDirectory.parse("/run/php/pools/shop www-data 0700"),
                RunDirectory.parse("/run/php www-data 0751"))));
        said(Execution.PLAIN, "printf 'adm:x:4:\\n' >>/etc/group; mkdir /run/sshd /run/old");
        String script = "cd /run; stat -c '%n %u:%g %a' * php/* php/*/*; touch left";
        String expected =
                "php 33:33 751\npostgresql 33:4 2775\nsshd 0:0 755\nphp/pools 0:0 755\nphp/pools/shop 33:33 700\n";
        assertThat(said(daemon, script)).isEqualTo(expected);
        assertThat(said(daemon, script)).as("at the next start").isEqualTo(expected);
        assertThat(said(
                        as("www-data")
                                .with(new RunDirectories(List.of(
                                        RunDirectory.parse("/run/own - 0700"),
                                        RunDirectory.parse("/run/of-root root 0755")))),
                        "cd /run; stat -c '%n %u:%g %a' *"))
                .isEqualTo("of-root 0:0 755\nown 33:33 700\n");
        assertThat(refused(Execution.PLAIN.with(
                        new RunDirectories(List.of(RunDirectory.parse("/run/mysqld mysql 0755"))))))
                .isEqualTo(
                        "UserUnknown: runDirectories /run/mysqld, owner mysql: the jail's /etc/passwd does not list a user mysql");
    }

    @Test
    void createsAsManyDirectoriesBelowRunAsADefinitionMayHave() throws Exception {
        List<RunDirectory> most = IntStream.range(0, 32)
                .mapToObj(i -> RunDirectory.parse("/run/" + i + "/below www-data 0711"))
                .toList();
        assertThat(said(as("www-data").with(new RunDirectories(most)), "stat -c '%u %a' /run/*/below | sort | uniq -c"))
                .isEqualToNormalizingWhitespace("32 33 711");
    }

    /** A jail can write any names into its files, as often as they fit; the heap of an agent is 96 MiB. */
    @Test
    void findsUsersAmongMillionsOfNames() throws Exception {
        said(Execution.PLAIN, "true");
        Path etc = Files.createDirectories(
                Path.of(script(Execution.PLAIN, "").path().value(), "root/etc"));
        Files.writeString(etc.resolve("passwd"), "app:x:1000:1000::/srv:/bin/sh\n" + "a::1:1::\n".repeat(116_000));
        Files.writeString(etc.resolve("group"), "app:x:1000:\nadm:x:4:" + "a,".repeat(520_000) + "app\n");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        host.start(id, script(as("app"), IDS));
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(48 << 20);
        host.awaitEnd();
        assertThat(host.logOf(id)).endsWith("1000:1000 1000 4\n");
    }

    /** Until it executes its command, the process has descriptors of the agent, some of them directories of the host. */
    @ParameterizedTest
    @ValueSource(strings = {"/proc/self/fd/%d", "/proc/1/fd/%d", "/srv/link-%d"})
    void entersNothingOfTheHost(String directory) throws Exception {
        StringBuilder links = new StringBuilder();
        for (int number = 0; number < 100; number++) {
            links.append("ln -s /proc/self/fd/")
                    .append(number)
                    .append(" /srv/link-")
                    .append(number)
                    .append('\n');
        }
        said(Execution.PLAIN, links.toString());
        for (int number = 0; number < 100; number++) {
            assertThat(refused(in(directory.formatted(number))))
                    .containsAnyOf("openat2: ELOOP", "openat2: ENOENT", "openat2: ENOTDIR");
        }
        assertThat(refused(in("/proc/self/root"))).contains("openat2: ELOOP");
        assertThat(refused(in("/proc/self/cwd"))).contains("openat2: ELOOP");
    }
}
