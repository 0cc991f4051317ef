package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Processes of a jail attack whatever enters it ({@code src/test/c/entering}). They gain nothing, and the agent goes on. */
@NeedsRoot
class HostileEntryTest extends OneHostTest {

    /** For each setting and profile, by two threads at once. */
    private static final int ENTRIES = Boolean.getBoolean("bailiwick.long") ? 1_000 : 50;

    private static final int THREADS = 2;
    private static final int STOPPED_ENTRIES = 3;
    private static final int ATTEMPTS = 5;
    private static final Duration LIMIT = Duration.ofSeconds(40);

    /** How long an entry may take whose process is stopped: the agent's patience, twice, and more for a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static int jails;
    private static Path program;

    private final JailId id = host.newId();

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        program = Files.createTempFile(Path.of("/tmp"), "bailiwick-entering-", "");
        TestProgram.compile("entering", program);
    }

    @AfterAll
    static void delete() throws IOException {
        Files.delete(program);
    }

    private JailDefinition hostile(Profile profile, String attack) throws IOException {
        return DefinitionVariant.of(TestHost.withProgram(
                        host.definition("hostile-entry-" + ++jails, "/entering", attack), program, "entering"))
                .policy(Policy.of(profile))
                .definition();
    }

    private CommandEnd run(JailId jail, Duration limit, String... argv) {
        Command command = new Command(List.of(argv), Map.of("ENTERED", "1"));
        return host.kernel.run(new CommandRun(jail, command, Optional.empty(), WorkingDirectory.ROOT, "", limit));
    }

    /**
     * The setting decides who may look into processes whose ids have changed. It is the whole machine's, and while it is 1 no jail starts
     * here, so this is the only test that changes it.
     */
    @ParameterizedTest(name = "fs.suid_dumpable {0}, {1}")
    @CsvSource({"0, hosting", "0, system", "2, hosting", "2, system", "1, hosting", "1, system"})
    void givesNothingToProcessesThatLookIntoWhatEnters(String dumpable, String profile) throws Exception {
        host.start(id, hostile(Profile.named(profile).orElseThrow(), "attack"));
        host.awaitLog(id, "ready");
        List<String> found;
        try (MachineSetting _ = new MachineSetting("fs/suid_dumpable", dumpable)) {
            found = enteredByTwo();
        }

        assertThat(found).filteredOn(line -> line.startsWith("leak")).isEmpty();
        // Each of these is a way, as it reaches the command itself. Every profile blocks pidfd_getfd(2).
        assertThat(found)
                .contains(
                        "after mem",
                        "after process_vm_readv",
                        "after ptrace",
                        "after fd",
                        "after exe",
                        "after environ",
                        "after root",
                        "after cwd",
                        "after maps",
                        "after map_files");
        // They were there before the commands were executed, and did not only see the result.
        assertThat(found).anyMatch(line -> line.matches("before [1-9][0-9]*"));
    }

    private List<String> enteredByTwo() throws Exception {
        List<String> found = new ArrayList<>();
        try (ExecutorService callers = Executors.newFixedThreadPool(THREADS)) {
            List<Future<List<String>>> all = Stream.generate(() -> callers.submit(this::enteredOften))
                    .limit(THREADS)
                    .toList();
            for (Future<List<String>> some : all) {
                found.addAll(some.get());
            }
        }
        return found;
    }

    private List<String> enteredOften() {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < ENTRIES / THREADS; i++) {
            CommandEnd end = entered();
            assertThat(end.how()).as(end.output().text()).isEqualTo(new How.Exited(0));
            found.addAll(end.output().text().lines().toList());
        }
        return found;
    }

    /** Enters once, and again if the attackers leave what enters no processor within the agent's patience, as they may on a busy machine. */
    private CommandEnd entered() {
        CommandEnd end = run(id, LIMIT, "/entering", "enter");
        for (int again = 0; again < ATTEMPTS && hasStalled(end.how()); again++) {
            end = run(id, LIMIT, "/entering", "enter");
        }
        return end;
    }

    private static boolean hasStalled(How how) {
        return how instanceof How.Refused(String _, String why) && why.contains("ETIMEDOUT");
    }

    /** A command may be a way to the program that is replaced by it: the agent's, which enters jails. Nobody there can read or write it. */
    @Test
    void givesNobodyTheProgramThatEnters() throws Exception {
        JailDefinition definition = hostile(Profile.SYSTEM, "attack");
        Path root = Path.of(definition.path().value(), "root");
        Files.createSymbolicLink(root.resolve("link"), Path.of("/proc/self/exe"));
        script(root.resolve("script"), "/proc/self/exe");
        script(root.resolve("linked-script"), "/link");
        host.start(id, definition);
        host.awaitLog(id, "ready");
        Path enters = programThatEnters();
        byte[] before = Files.readAllBytes(enters);

        assertThat(run(id, LIMIT, "/link").how())
                .isInstanceOfSatisfying(
                        How.Refused.class, refused -> assertThat(refused.why()).contains("ELOOP"));
        for (int i = 0; i < ENTRIES / 2; i++) {
            for (String command : List.of("/script", "/linked-script")) {
                CommandEnd end = run(id, LIMIT, command);
                assertThat(end.how()).isNotEqualTo(new How.Exited(0));
                assertThat(end.output().text() + end.errors().text()).isEmpty();
            }
        }
        // The attackers have seen all others before this one.
        assertThat(entered().how()).isEqualTo(new How.Exited(0));

        try (Stream<Path> found = Files.list(root.resolve("srv"))) {
            for (Path file : found.toList()) {
                assertThat(file).content().doesNotContain("leak");
            }
        }
        assertThat(enters).hasBinaryContent(before);
    }

    private static void script(Path file, String interpreter) throws IOException {
        Files.writeString(file, "#!" + interpreter + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** There is one, as the attackers' jail was entered before. */
    private Path programThatEnters() throws IOException {
        assertThat(run(id, LIMIT, "/entering", "enter").how()).isEqualTo(new How.Exited(0));
        try (Stream<Path> all = Files.walk(host.layout.stateDirectory())) {
            return all.filter(file -> file.getFileName().toString().startsWith("enter-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Whatever the jail stops, before or after the execution: the agent waits for a while, kills it and enters other jails meanwhile. */
    @Test
    void hangsNobodyIfTheJailStopsWhatEnters() throws Exception {
        host.start(id, hostile(Profile.SYSTEM, "stop"));
        host.awaitLog(id, "ready");
        JailId other = host.newId();
        host.start(other, host.definition("beside-a-hostile-entry", "/bin/sleep", "1000"));

        for (int i = 0; i < STOPPED_ENTRIES; i++) {
            How how = CompletableFuture.supplyAsync(() -> run(id, Duration.ofMillis(500), "/bin/sleep", "1000"))
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .how();
            if (how instanceof How.Refused(String reason, String why)) {
                assertThat(why).as(reason).contains("ETIMEDOUT");
            } else {
                assertThat(how).isEqualTo(new How.TimedOut());
            }
            assertThat(run(other, LIMIT, "/bin/true").how()).isEqualTo(new How.Exited(0));
        }
        host.kernel.kill(id);
        assertThat(host.awaitEnd().jail()).isEqualTo(id);
    }
}
