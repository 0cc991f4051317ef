package dev.bailiwick.agent.kernel.linux.root;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.ids.IdRanges;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileTree;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.KeptFiles;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.WorkingDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The owners of the files of jails, on a real kernel: while jails run, after their path has changed, and after their removal. */
@NeedsRoot
class KeptFilesTest {

    private static final String WRITE = "umask 077; echo secret > /root/sec; cat /root/sec";
    private static final String READ = "cat /root/sec 2>&1; echo end";

    private TestHost host;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    @Test
    void passesNothingOnThroughAPathThatWasChanged() throws Exception {
        JailDefinition first = script("first", WRITE);
        JailDefinition second = script("second", READ);
        JailId anna = host.newId();
        assertThat(run(anna, first, "anna")).isEqualTo("secret\n");
        IdRange range = rangeAt(first.path());
        assertThat(run(anna, second, "anna")).as("moved").endsWith("secret\nend\n");
        assertThat(Path.of(first.path().value())).doesNotExist();
        host.kernel.deleteFiles(anna, second.path(), second.base());
        assertThat(Path.of(second.path().value())).doesNotExist();

        // An agent that has just started assigns the lowest ids first.
        host.restartAgent();
        assertThat(run(host.newId(), script("first", READ), "berta"))
                .contains("No such file")
                .doesNotContain("secret");
        assertThat(rangeAt(first.path())).as("the same ids").isEqualTo(range);
    }

    @Test
    void deletesTheFilesAtTheEarlierPathWhereThatIsTheChoice() throws Exception {
        JailDefinition first = script("first", WRITE);
        JailId anna = host.newId();
        run(anna, first, "anna");
        FilesClaim deleting = new FilesClaim("anna", PreviousFiles.DELETED, OptionalLong.empty());
        assertThat(run(anna, script("second", READ), deleting)).contains("No such file");
        assertThat(Path.of(first.path().value())).doesNotExist();
    }

    @Test
    void leavesFilesWhereTheyAreThatCannotBeMoved() throws Exception {
        JailDefinition first = script("first", WRITE);
        JailDefinition second = script("second", READ);
        JailId anna = host.newId();
        run(anna, first, "anna");
        Files.createDirectories(Path.of(second.path().value(), "taken"));
        assertThatThrownBy(() -> run(anna, second, "anna"))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("stay at " + first.path())
                .hasMessageContaining("it is not empty");
        Files.delete(Path.of(second.path().value(), "taken"));
        assertThat(run(anna, second, "anna")).endsWith("secret\nend\n");
    }

    @Test
    void handsKeptFilesToNobodyButTheirCustomer() throws Exception {
        JailDefinition thin = script("kept", WRITE);
        JailId anna = host.newId();
        run(anna, thin, "anna");
        host.kernel.keepFiles(anna, "anna");
        assertThat(host.kernel.files().files())
                .containsExactly(new KeptFiles(
                        anna,
                        thin.path(),
                        "anna",
                        OptionalLong.of(rangeAt(thin.path()).first())));
        host.restartAgent();
        for (JailDefinition other : new JailDefinition[] {
            script("kept", READ),
            at(script("kept", READ), thin.path() + "/root/root"),
            at(script("kept", READ), thin.path() + "/x")
        }) {
            int taken = host.kernel.files().taken();
            assertThatThrownBy(() -> run(host.newId(), other, "berta"))
                    .as(other.path().value())
                    .isInstanceOf(KernelRefusal.class)
                    .hasMessageContaining("kept files of another jail");
            assertThat(host.kernel.files().taken())
                    .as("a failed start keeps no range")
                    .isEqualTo(taken);
        }
        JailId heir = host.newId();
        assertThat(run(heir, script("kept", READ), "anna")).isEqualTo("secret\nend\n");
        assertThat(host.kernel.files().files()).isEmpty();
        assertThat(host.logDirectoryOf(anna)).doesNotExist();
    }

    @Test
    void keepsTheFilesOfAMovedJailForItsNewCustomer() throws Exception {
        JailDefinition thin = script("moved", WRITE);
        JailId moved = host.newId();
        run(moved, thin, "anna");
        host.kernel.confirm(moved, 2, "berta");
        host.kernel.keepFiles(moved, "");
        assertThat(host.kernel.files().files())
                .extracting(KeptFiles::customer)
                .as("the owner of a generation that it ran with")
                .containsExactly("berta");
        host.kernel.keepFiles(moved, "clara");
        host.restartAgent();
        assertThat(host.kernel.files().files())
                .extracting(KeptFiles::customer)
                .as("the owner set by the removal, also for the next agent")
                .containsExactly("clara");
        for (String former : List.of("anna", "berta")) {
            assertThatThrownBy(() -> run(host.newId(), script("moved", READ), former))
                    .as(former)
                    .isInstanceOf(KernelRefusal.class)
                    .hasMessageContaining("kept files of another jail");
        }
        assertThat(run(host.newId(), script("moved", READ), "clara")).isEqualTo("secret\nend\n");
    }

    @Test
    void handsADirectoryThatOneCustomerLeftToNobodyElse() throws Exception {
        JailDefinition whole = directory("whole");
        JailId anna = host.newId();
        run(anna, whole, "anna");
        host.kernel.keepFiles(anna, "anna");
        assertThatThrownBy(() -> run(host.newId(), whole, "berta"))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("kept files of another jail");
        assertThat(run(host.newId(), whole, "anna")).isEqualTo("probe\n");
    }

    @Test
    void findsTheFilesOfItsJailsAfterTheLossOfItsState() throws Exception {
        JailDefinition definition = script("stopped", WRITE);
        JailId anna = host.newId();
        run(anna, definition, "anna");
        host.kernel.close();
        delete(host.layout.stateDirectory());
        delete(host.layout.runtimeDirectory());
        host.kernel = host.open();
        assertThat(run(anna, script("stopped", READ), "anna")).endsWith("secret\nend\n");
    }

    @Test
    void findsThemAfterTheLossOfTheRecordWithWhatTheServerKnows() throws Exception {
        JailDefinition definition = script("stopped", WRITE);
        JailId anna = host.newId();
        run(anna, definition, "anna");
        OptionalLong first = host.kernel.firstHostId(anna);
        host.kernel.close();
        delete(host.layout.stateDirectory());
        delete(host.layout.rootBase().resolve(IdRanges.DIRECTORY));
        host.kernel = host.open();
        assertThatThrownBy(() -> run(host.newId(), definition, "berta")).isInstanceOf(KernelRefusal.class);
        FilesClaim told = new FilesClaim("anna", PreviousFiles.MOVED, first);
        assertThat(run(anna, script("stopped", READ), told)).endsWith("secret\nend\n");
        assertThat(host.kernel.files().files()).isEmpty();
    }

    @Test
    void leavesNeitherFilesNorLogsNorRangeOfADeletedJail() throws Exception {
        JailDefinition definition = script("gone", WRITE);
        JailId anna = host.newId();
        run(anna, definition, "anna");
        for (String suffix : new String[] {".log.1", ".log.2"}) {
            Files.writeString(host.layout.logDirectory().resolve(anna + suffix), "older");
        }
        host.kernel.deleteFiles(anna, definition.path(), definition.base());
        for (Path directory : new Path[] {
            host.layout.rootBase(),
            host.layout.logDirectory(),
            host.layout.runtimeDirectory().resolve("jails"),
        }) {
            try (var left = Files.walk(directory)) {
                assertThat(left.filter(path -> path.toString().contains(anna.toString())
                                || path.toString().contains("gone")))
                        .isEmpty();
            }
        }
        assertThat(host.kernel.files().taken()).isZero();
    }

    @Test
    void holdsNoRangeForAStartThatFailed() throws Exception {
        JailDefinition definition = host.definition("failing", "/no/such/program");
        JailId anna = host.newId();
        assertThatThrownBy(() -> run(anna, definition, "anna")).hasMessageContaining("ENOENT");
        assertThat(host.kernel.files().taken()).isZero();
        assertThat(Path.of(definition.path().value())).doesNotExist();
        // A jail with files keeps them, whatever fails afterwards.
        run(anna, script("failing", WRITE), "anna");
        assertThatThrownBy(() -> run(anna, definition, "anna")).hasMessageContaining("ENOENT");
        assertThat(run(anna, script("failing", READ), "anna")).endsWith("secret\nend\n");
    }

    @Test
    void keepsNothingOfAJailThatWasNeverStarted() throws Exception {
        JailDefinition first = script("first", "echo first");
        JailDefinition running = host.definition("running", "/bin/sleep", "1000");
        JailId other = host.newId();
        host.kernel.start(other, 1, "00", running, new FilesClaim("anna", PreviousFiles.MOVED, OptionalLong.empty()));
        List<JailDefinition> refused = List.of(
                host.definition("refused", "/no/such/program"),
                executed(first, Execution.PLAIN.with(CommandUser.parse("nosuch"))),
                executed(first, Execution.PLAIN.with(new WorkingDirectory("/no/such"))),
                DefinitionVariant.of(first).base(new Base.Directory()).definition(),
                DefinitionVariant.of(first).base(new Base.Template("nosuch")).definition(),
                DefinitionVariant.of(first).addresses(running.addresses()).definition(),
                at(first, running.path() + "/inside"));
        for (JailDefinition definition : refused) {
            JailId anna = host.newId();
            assertThatThrownBy(() -> run(anna, definition, "anna")).isInstanceOf(KernelRefusal.class);
            host.kernel.release(anna);
            host.kernel.keepFiles(anna, "anna");
            assertThat(host.kernel.files().files()).as(definition.toString()).isEmpty();
            assertThat(host.kernel.files().taken()).isOne();
        }
        host.kernel.kill(other);
        host.awaitEnd();
        host.kernel.release(other);
    }

    /** An agent that ends between the claim and the first file cannot take the claim back. */
    @Test
    void keepsNothingWhereNothingIsLeft() throws Exception {
        JailDefinition claimed = script("claimed", "echo");
        JailId never = host.newId();
        host.kernel.close();
        FilesClaim annas = new FilesClaim("anna", PreviousFiles.MOVED, OptionalLong.empty());
        try (IdRanges ranges = new IdRanges(host.layout)) {
            ranges.claim(never, annas, ranges.recorded(claimed.path()), Optional.empty());
            ranges.awaitDurable();
        }
        host.kernel = host.open();
        host.kernel.keepFiles(never, "anna");
        assertThat(host.kernel.files().files()).isEmpty();
        assertThat(host.kernel.files().taken()).isZero();

        JailDefinition cleared = script("cleared", WRITE);
        JailId anna = host.newId();
        run(anna, cleared, "anna");
        delete(Path.of(cleared.path().value()));
        host.kernel.keepFiles(anna, "anna");
        assertThat(host.kernel.files().files()).isEmpty();
        host.restartAgent();
        assertThat(host.kernel.files().files()).isEmpty();
        assertThat(host.kernel.files().taken()).isZero();
    }

    private static JailDefinition executed(JailDefinition definition, Execution execution) {
        return DefinitionVariant.of(definition).execution(execution).definition();
    }

    @Test
    void refusesTheDirectoryOfItsRecord() {
        assertThat(host.kernel.pathRefusal(new RootPath(host.layout.rootBase() + "/.bailiwick/x"), new Base.Thin()))
                .hasValueSatisfying(reason -> assertThat(reason).contains("keeps its record of files"));
    }

    private JailDefinition script(String name, String script) {
        return host.definition(name, "/bin/sh", "-c", script);
    }

    private static JailDefinition at(JailDefinition definition, String path) {
        return DefinitionVariant.of(definition).path(new RootPath(path)).definition();
    }

    private JailDefinition directory(String name) throws Exception {
        JailDefinition thin = host.definition(name, "/bin/probe");
        Path root = Path.of(thin.path().value());
        Files.createDirectories(root.resolve("bin"));
        TestHost.compileProbe(root.resolve("bin/probe"));
        return DefinitionVariant.of(thin).base(new Base.Directory()).definition();
    }

    /** Runs the jail until it ends by itself; returns all its output. */
    private String run(JailId id, JailDefinition definition, String customer) throws Exception {
        return run(id, definition, new FilesClaim(customer, PreviousFiles.MOVED, OptionalLong.empty()));
    }

    private String run(JailId id, JailDefinition definition, FilesClaim claim) throws Exception {
        host.kernel.start(id, 1, "00", definition, claim);
        host.awaitEnd();
        host.kernel.release(id);
        return host.logOf(id);
    }

    private static IdRange rangeAt(RootPath path) throws IOException {
        int owner = (Integer) Files.getAttribute(Path.of(path.value()), "unix:uid");
        return IdRange.ofNumber(IdRange.numberOf(Integer.toUnsignedLong(owner)));
    }

    private static void delete(Path directory) throws IOException {
        try (Descriptor above = Linux.openat2(
                Constants.AT_FDCWD,
                String.valueOf(directory.getParent()),
                Constants.O_PATH | Constants.O_DIRECTORY,
                0,
                0)) {
            FileTree.delete(above, String.valueOf(directory.getFileName()));
        }
    }
}
