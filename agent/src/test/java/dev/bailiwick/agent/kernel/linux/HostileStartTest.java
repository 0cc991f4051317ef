package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.process.RunDirectories;
import dev.bailiwick.jail.process.RunDirectory;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.process.WorkingDirectory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A jail prepares its next start, or its stop, against its host: it can only hurt itself. */
@NeedsRoot
class HostileStartTest extends OneHostTest {

    private JailId id;

    @BeforeEach
    void newJail() {
        id = host.newId();
    }

    private JailDefinition script(Execution execution, String script) {
        return DefinitionVariant.of(host.definition("hostile", "/bin/sh", "-c", script))
                .execution(execution)
                .definition();
    }

    /** Returns the output of one run; all runs are of the same jail. */
    private String said(JailDefinition definition) throws Exception {
        int before = host.logOf(id).length();
        host.start(id, definition);
        host.awaitEnd();
        host.kernel.release(id);
        return host.logOf(id).substring(before);
    }

    private static Execution as(String user) {
        return Execution.PLAIN.with(CommandUser.parse(user));
    }

    private Path users() {
        return Path.of(script(Execution.PLAIN, "").path().value(), "root/etc/passwd");
    }

    /** The texts become variables of the command, and operands of system calls of its start. */
    @Test
    void givesTheCommandNoMoreThanTextOfItsUsersFile() throws Exception {
        said(script(
                Execution.PLAIN, "id >/dev/null; cat /etc/passwd >/etc/passwd.new; mv /etc/passwd.new /etc/passwd"));
        for (String line : List.of(
                ":x:7:7::/seven:/bin/sh",
                "LD_PRELOAD=x:x:7:7::/seven:/bin/sh",
                "a\0b:x:7:7::/se\0ven:/bin/sh",
                "seven:x:7:7::relative:/bin/sh",
                "seven:x:7:7::/" + "x".repeat(500_000) + ":/bin/sh",
                "seven:x:7:7::/seven\r:/bin/sh",
                "\udcff:x:7:7::/\u202e:/bin/sh")) {
            Files.write(users(), (line + "\n").getBytes(StandardCharsets.ISO_8859_1));
            String said = said(script(as("7"), "id -u; id -g; env | sort | cut -c1-60"));
            assertThat(said).as(line.substring(0, Math.min(30, line.length()))).startsWith("7\n7\n");
            assertThat(said.lines().filter(variable -> variable.startsWith("LD_")))
                    .isEmpty();
        }
    }

    /** setgroups(2) takes 65,536 groups, as many as a jail has. */
    @Test
    void takesAsManyGroupsAsAJailHas() throws Exception {
        said(script(Execution.PLAIN, "true"));
        Files.writeString(users(), "seven:x:7:7::/:/bin/sh\n");
        Files.writeString(
                users().resolveSibling("group"),
                IntStream.range(0, 65_536)
                        .mapToObj(group -> ":x:" + group + ":seven")
                        .limit(60_000)
                        .collect(Collectors.joining("\n")));
        assertThat(said(script(as("seven"), "id -u; grep Groups /proc/self/status | wc -w")))
                .isEqualTo("7\n60001\n");
    }

    /** As many users as a definition can name, each looked for in as many lines as are read. */
    @Test
    @Tag("performance")
    void findsTheUsersOfADirectorySoonWhateverItsFilesHold() throws Exception {
        said(script(Execution.PLAIN, "true"));
        Files.writeString(users(), "a::1:1::\n".repeat(116_000));
        Files.writeString(users().resolveSibling("group"), ":x:1:a,ab\n".repeat(104_000));
        List<RunDirectory> directories = IntStream.range(0, 32)
                .mapToObj(n -> new RunDirectory(
                        "/run/d" + n, Optional.of(CommandUser.parse(7 + n + ":" + (7 + n))), RunDirectory.DEFAULT_MODE))
                .toList();
        JailDefinition named = script(as("a").with(new RunDirectories(directories)), "ls /run | wc -l");

        long before = System.nanoTime();
        assertThat(said(named)).isEqualTo("32\n");

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
    }

    /** The host's lines stand between marks, which anybody can write. */
    @Test
    void writesNoLongerHostsWhateverMarksAreInThem() throws Exception {
        String cat = "cat /etc/hosts";
        String own = said(script(Execution.PLAIN, cat));
        String begin = own.lines().findFirst().orElseThrow() + "\n";
        String end =
                own.lines().filter(line -> line.startsWith("# End")).findFirst().orElseThrow() + "\n";
        Path hosts = users().resolveSibling("hosts");
        for (String planted : List.of(
                end + begin,
                begin + begin + end,
                begin + "192.0.2.1 mine\n",
                end + "192.0.2.1 mine\n" + begin + end + end,
                begin.strip(),
                "192.0.2.1 mine\n" + begin + "192.0.2.2 inside\n" + end + "192.0.2.3 after")) {
            Files.writeString(hosts, planted);
            String first = said(script(Execution.PLAIN, cat));
            assertThat(first).contains(own);
            for (String line : List.of("192.0.2.1 mine", "192.0.2.3 after")) {
                assertThat(first.contains(line)).as(planted).isEqualTo(planted.contains(line));
            }
            assertThat(said(script(Execution.PLAIN, cat))).as(planted).isEqualTo(first);
        }
    }

    /** Directories below /run are created where nothing of the jail is yet, and a working directory with the rights of its user. */
    @Test
    void createsNoDirectoryThroughWhatTheJailHasLeftBelowRun() throws Exception {
        RunDirectories directories = new RunDirectories(List.of(RunDirectory.parse("/run/daemon www-data 1777")));
        said(script(
                Execution.PLAIN,
                "rm -rf /run/daemon; ln -s /etc /run/daemon; ln -s /etc /srv/etc; mkdir -m 700 /srv/own"));
        String stat = "stat -c '%F %u %a' /run/daemon /etc; pwd";
        assertThat(said(script(as("www-data").with(directories).with(new WorkingDirectory("/srv/etc")), stat)))
                .isEqualTo("directory 33 1777\ndirectory 0 755\n/etc\n");
    }

    /** It forwards signals, and a queue of them can be long; it reaps, and a jail can leave thousands of orphans. */
    @Test
    void stopsAnInitThatIsKeptBusy() throws Exception {
        JailDefinition busy = DefinitionVariant.of(host.definition("busy", "/usr/bin/perl", "-e", """
                        $| = 1; $SIG{$_} = "IGNORE" for grep { !/^(CHLD|CLD|KILL|STOP|TERM|ALRM)$/ && !/^NUM/ } keys %SIG;
                        $SIG{TERM} = sub { print "asked\\n"; exit 4 };
                        for (1 .. 4) { fork or do { while (1) { kill $_, 1 for (1, 2, 3, 10, 12, 17, 20, 28) } } }
                        fork or do { $SIG{CHLD} = "DEFAULT"; while (1) { my $c = fork; defined $c or next; $c or do { fork or exit; exit }; waitpid $c, 0 } };
                        print "busy\\n"; sleep 1 while 1"""))
                .execution(Execution.PLAIN.with(FirstProcess.INIT))
                .definition();
        host.start(id, busy);
        host.awaitLog(id, "busy\n");
        host.kernel.terminate(id, StopSignal.TERM);
        assertThat(host.awaitEnd().ending()).isEqualTo(Optional.of(new Ending.Exited(4)));
        assertThat(host.logOf(id)).endsWith("asked\n");
        host.kernel.release(id);
    }

    /** kill(2) with -1 reaches every process of the jail but the first. */
    @Test
    void endsWithItsCommandWhateverElseRuns() throws Exception {
        host.start(
                id,
                DefinitionVariant.of(host.definition(
                                "all", "/bin/sh", "-c", "sleep 1000 & sh -c 'kill -KILL -1; :'; sleep 1000"))
                        .execution(Execution.PLAIN.with(FirstProcess.INIT))
                        .definition());
        assertThat(host.awaitEnd().ending()).isEqualTo(Optional.of(new Ending.Exited(128 + 9)));
        host.kernel.release(id);
    }
}
