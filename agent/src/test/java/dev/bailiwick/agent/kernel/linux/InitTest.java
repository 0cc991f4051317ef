package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A jail whose definition asks for an init has the agent's as process 1. */
@NeedsRoot
class InitTest extends OneHostTest {

    /** Leaves 20 orphans, waits until they have ended and, for at most 5 s, until they are gone; prints how many are zombies. */
    private static final String ORPHANS = """
            use Time::HiRes;
            for (1 .. 20) {
                my $child = fork;
                if (!$child) { fork or exit 0; exit 0 }
                waitpid $child, 0;
            }
            my ($living, $zombies);
            for (1 .. 500) {
                ($living, $zombies) = (0, 0);
                for my $file (glob "/proc/[0-9]*/stat") {
                    open(my $stat, "<", $file) or next;
                    my ($pid, $state) = (<$stat> // "") =~ /^(\\d+) \\(.*\\) (\\S)/ or next;
                    $state eq "Z" ? $zombies++ : $pid != 1 && $pid != $$ && $living++;
                }
                last if !$living && !$zombies;
                Time::HiRes::sleep(0.01);
            }
            print "$zombies zombies\\n";
            """;

    private JailId id;
    private int jails;

    @BeforeEach
    void newJail() {
        id = host.newId();
    }

    private JailDefinition below(FirstProcess first, String... argv) {
        return DefinitionVariant.of(host.definition("init-" + ++jails, argv))
                .execution(Execution.PLAIN.with(first))
                .definition();
    }

    private JailDefinition below(String script) {
        return below(FirstProcess.INIT, "/bin/sh", "-c", script);
    }

    /** A power failure can leave a file with its name and without its content. */
    @Test
    void isThereAgainAfterItsFileHasLostItsContent() throws Exception {
        assertThat(host.outputOf(below("echo first"))).isEqualTo("first\n");
        try (Stream<Path> programs = Files.list(host.layout.stateDirectory().resolve("programs"))) {
            for (Path program : programs.toList()) {
                Files.write(program, new byte[0]);
            }
        }
        host.restartAgent();
        assertThat(host.outputOf(below("echo second"))).isEqualTo("second\n");
    }

    @Test
    void reapsTheOrphansOfItsJail() throws Exception {
        assertThat(host.outputOf(below(FirstProcess.COMMAND, "/usr/bin/perl", "-e", ORPHANS)))
                .isEqualTo("20 zombies\n");
        assertThat(host.outputOf(below(FirstProcess.INIT, "/usr/bin/perl", "-e", ORPHANS)))
                .isEqualTo("0 zombies\n");
    }

    @Test
    void endsAsItsCommandEnds() throws Exception {
        host.start(id, below("exit 7"));
        assertThat(host.awaitEnd().ending()).isEqualTo(Optional.of(new JailEnd.Ending.Exited(7)));
        host.kernel.release(id);
        id = host.newId();
        host.start(id, below("sleep 1000 & kill -KILL $$"));
        assertThat(host.awaitEnd().ending()).isEqualTo(Optional.of(new JailEnd.Ending.Exited(128 + 9)));
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void passesTheRequestToEndOnInEachProfile(Profile profile) throws Exception {
        host.start(
                id,
                DefinitionVariant.of(
                                below("trap 'echo asked; exit 5' TERM; cat /proc/1/comm; while :; do sleep 0.05; done"))
                        .policy(Policy.of(profile))
                        .definition());
        host.awaitLog(id, "init\n");
        host.kernel.terminate(id);
        assertThat(host.awaitEnd().ending()).isEqualTo(Optional.of(new JailEnd.Ending.Exited(5)));
        assertThat(host.logOf(id)).isEqualTo("init\nasked\n");
    }

    /**
     * A command that does not handle the signal ends by it, because it is not process 1. The request comes while the init begins, often
     * before its first instruction.
     */
    @RepeatedTest(25)
    void getsARequestToEndThatComesWhileItBegins() throws Exception {
        host.start(id, below(FirstProcess.INIT, "/bin/sleep", "1000"));
        host.kernel.terminate(id);
        assertThat(host.awaitEnd().ending()).isEqualTo(Optional.of(new JailEnd.Ending.Exited(128 + 15)));
    }

    @Test
    void beginsItsCommandWithNoSignalBlockedOrIgnored() throws Exception {
        String said = host.outputOf(below("grep -E '^Sig(Blk|Ign)' /proc/self/status"));
        assertThat(said).isEqualTo("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    }

    @Test
    void runsAsTheUserOfTheCommandAndSurvivesTheAgent() throws Exception {
        JailDefinition definition = DefinitionVariant.of(host.definition(
                        "init",
                        "/bin/sh",
                        "-c",
                        "stat -c %u /proc/1; id -u; trap 'exit 3' TERM; while :; do sleep 0.05; done"))
                .execution(Execution.PLAIN.with(FirstProcess.INIT).with(CommandUser.parse("www-data")))
                .definition();
        host.start(id, definition);
        host.awaitLog(id, "33\n33\n");
        host.restartAgent();
        assertThat(host.kernel.observe())
                .singleElement()
                .satisfies(jail -> assertThat(jail.initPid()).isPresent());
        host.kernel.terminate(id);
        host.awaitEnd();
    }

    @Test
    void cannotBeChangedByTheJail() throws Exception {
        String said = host.outputOf(below("""
                for file in /proc/1/exe /proc/self/fd/3; do
                    sh -c "echo changed >$file" 2>&1 || echo "cannot write"
                    chmod 777 $file 2>/dev/null || echo "cannot chmod"
                done
                cat /proc/1/maps; readlink /proc/1/exe; ls /proc/1/fd; tr '\\0' ' ' </proc/1/cmdline"""));
        assertThat(said)
                .doesNotContain(host.layout.stateDirectory().toString())
                .contains("cannot write", "cannot chmod", "\n0\n1\n2\n3\ninit /bin/sh -c ");
        try (Stream<Path> programs = Files.list(host.layout.stateDirectory().resolve("programs"))) {
            assertThat(programs).singleElement().satisfies(program -> {
                assertThat(program.getFileName().toString()).startsWith("init-");
                assertThat(Files.getAttribute(program, "unix:mode")).isEqualTo(0100111);
                assertThat(Files.size(program)).isLessThan(4_096);
            });
        }
        assertThat(host.outputOf(below("echo again"))).isEqualTo("again\n");
    }

    /** Many jails execute this file: a watch or a lock on it would show one of them when others start. */
    @Test
    void cannotBeWatchedOrLockedByTheJail() throws Exception {
        for (CommandUser user : List.of(CommandUser.parse("root"), CommandUser.parse("www-data"))) {
            JailDefinition definition = DefinitionVariant.of(
                            host.definition("init-" + ++jails, "/usr/bin/perl", "-e", """
                            my ($exe, $init) = "/proc/1/exe";
                            print open($init, "<", $exe) && flock($init, 2) ? "locked\n" : "open: $!\n";
                            my $inotify = syscall(%d, 0);
                            print syscall(%d, $inotify, $exe, 0x20) < 0 ? "watch: $!\n" : "watched\n";
                            print -d "/proc/1/root/etc" ? "root\n" : "no root: $!\n";
                            """.formatted(
                                            number("inotify_init1"), number("inotify_add_watch"))))
                    .execution(Execution.PLAIN.with(FirstProcess.INIT).with(user))
                    .definition();
            assertThat(host.outputOf(definition))
                    .isEqualTo("open: Permission denied\nwatch: Permission denied\nroot\n");
        }
    }

    private static int number(String call) {
        return SyscallTable.linux().named(call).number(Architecture.host()).orElseThrow();
    }

    /** What a start needs of a policy is the same for a command and for an init. */
    @Test
    void startsThoughThePolicyDeniesToCopyDescriptors() throws Exception {
        PolicyOverride override = new PolicyOverride(
                "dup3", new OverrideDecision.Deny("EPERM"), "a test of the init", "tester", Optional.empty());
        JailDefinition definition = DefinitionVariant.of(below(FirstProcess.INIT, "/bin/echo", "started"))
                .policy(new Policy(Profile.HOSTING, List.of(override)))
                .definition();
        assertThat(host.outputOf(definition)).isEqualTo("started\n");
    }

    @Test
    void saysThatTheProgramIsNotThere() {
        KernelRefusal refusal = catchThrowableOfType(
                KernelRefusal.class, () -> host.start(id, below(FirstProcess.INIT, "/usr/bin/none")));
        assertThat(refusal.isPermanent()).isTrue();
        assertThat(refusal.detail())
                .isEqualTo("the program /usr/bin/none does not exist in the jail (openat2: ENOENT)");
    }
}
