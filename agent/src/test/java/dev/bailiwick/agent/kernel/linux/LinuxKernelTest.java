package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailLifecycle.Started;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.kernel.linux.syscall.Attributes;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.report.StepTiming;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The methods of {@link LinuxKernel} on the running kernel. */
@NeedsRoot
public class LinuxKernelTest {

    /** As many starts as find a race; an ordinary run samples them. */
    private static final int STARTS = Boolean.getBoolean("bailiwick.long") ? 200 : 50;

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
    void saysHowTheInitEnded() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("ending", "/bin/sh", "-c", "exit 3"));
        assertThat(host.awaitEnd()).isEqualTo(new JailEnd(id, Optional.of(new JailEnd.Ending.Exited(3))));
    }

    @Test
    void startsWithTheLargestCommandThatIsValid() throws Exception {
        String longest = "x".repeat(Command.MAX_TEXT_BYTES - 1);
        String environment = "y".repeat(100_000);
        JailId id = host.newId();
        JailDefinition largest = DefinitionVariant.of(host.definition("largest", "/bin/true"))
                .command(new Command(
                        List.of(
                                "/bin/sh",
                                "-c",
                                "test ${#1} = 131071 && tr '\\0' '\\n' < /proc/1/environ | grep -Fxq -e 'my.var-1 ä=' || exit 4; exit 3",
                                "sh",
                                longest),
                        Map.of("my.var-1 ä", "", "LONG", environment)))
                .definition();
        host.start(id, largest);
        assertThat(host.awaitEnd()).isEqualTo(new JailEnd(id, Optional.of(new JailEnd.Ending.Exited(3))));
    }

    @Test
    void tellsTheStepsOfAStartInOrder() {
        Started started = host.start(host.newId(), host.definition("steps", "/bin/sleep", "100"));
        assertThat(started.steps())
                .extracting(StepTiming::name)
                .contains("files", "clone", "id maps", "veth", "root", "pivot_root", "addresses", "filter", "exec");
        assertThat(started.steps()).isSortedAccordingTo(Comparator.comparingLong(StepTiming::startMicros));
    }

    @Test
    void makesSandboxesBeforeTheyAreWanted() throws Exception {
        Started started = host.start(host.newId(), host.definition("first", "/bin/sleep", "100"));
        assertThat(started.steps()).extracting(StepTiming::name).contains("clone");
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        for (int i = 0; hasStep(started, "clone"); i++) {
            assertThat(System.nanoTime())
                    .as("a start uses a sandbox created in advance")
                    .isLessThan(deadline);
            started = host.start(host.newId(), host.definition("later-" + i, "/bin/sleep", "100"));
        }
        assertThat(hasStep(started, "exec")).isTrue();
        assertThat(host.outputOf("inside", "id -u; hostname; echo $$")).isEqualToIgnoringNewLines("0inside.example1");
    }

    private static boolean hasStep(Started started, String name) {
        return started.steps().stream().anyMatch(step -> step.name().equals(name));
    }

    @Test
    void adoptsNoJailThatIsBeingStarted() throws Exception {
        long before = processDescriptors();
        AtomicBoolean over = new AtomicBoolean();
        Thread observer = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                host.kernel.observe();
            }
        });
        for (int i = 0; i < STARTS; i++) {
            JailId id = host.newId();
            host.start(id, host.definition("seen-" + i, "/bin/sleep", "100"));
            host.kernel.kill(id);
            assertThat(host.awaitEnd().jail()).isEqualTo(id);
            host.kernel.release(id);
        }
        over.set(true);
        observer.join();
        host.kernel.close();
        assertThat(processDescriptors()).as("no init is watched twice").isEqualTo(before);
        host.kernel = host.open();
    }

    private static long processDescriptors() throws IOException {
        return descriptors("pidfd").size();
    }

    /** Returns the agent's descriptors whose target contains this text. */
    public static List<Integer> descriptors(String ofWhat) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(file -> {
                        try {
                            return Files.readSymbolicLink(file).toString().contains(ofWhat);
                        } catch (IOException closedMeanwhile) {
                            return false;
                        }
                    })
                    .map(file -> Integer.parseInt(file.getFileName().toString()))
                    .toList();
        }
    }

    @Test
    void keepsWhatWatchesAJailApartFromWhatItsNeighboursTakeCopiesOf() throws Exception {
        host.start(host.newId(), host.definition("one", "/bin/sleep", "100"));
        host.start(host.newId(), host.definition("two", "/bin/sleep", "100"));

        assertThat(descriptors("/console")).hasSize(2).allMatch(number -> number >= Descriptor.FIRST_LONG_LIVED);
        assertThat(descriptors("pidfd"))
                .filteredOn(number -> number >= Descriptor.FIRST_LONG_LIVED)
                .hasSize(2);
    }

    @Test
    void givesAnAddressOnWithoutAPause() throws Exception {
        for (int i = 0; i < STARTS; i++) {
            JailId id = host.newId();
            JailDefinition definition = host.definition("passing", "/bin/sleep", "100");
            host.start(id, definition);
            host.kernel.kill(id);
            host.awaitEnd();
            host.kernel.release(id);
            host.kernel.deleteFiles(id, definition.path(), definition.base());
        }
    }

    @Test
    void refusesAnAddressThatAnotherJailHas() {
        JailDefinition one = host.definition("passing", "/bin/sleep", "100");
        JailDefinition other = host.definition("elsewhere", "/bin/sleep", "100");
        host.start(host.newId(), one);
        JailDefinition same =
                DefinitionVariant.of(other).addresses(one.addresses()).definition();
        assertThatThrownBy(() -> host.start(host.newId(), same))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageStartingWith("this host already has another route to 198.18.")
                .hasMessageContaining("of 'bailiwick " + host.layout.cgroupName() + "'");
    }

    @Test
    void removesWhatAKilledAgentHadPrepared() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("staying", "/bin/sleep", "100"));
        Path group = host.cgroupOf(id);
        int unused = Integer.parseInt(group.getFileName().toString()) + 500;
        Path leftover = Files.createDirectory(group.resolveSibling(Integer.toString(unused)));
        try (Descriptor directory = Linux.openat2(Constants.AT_FDCWD, leftover.toString(), Constants.O_RDONLY, 0, 0)) {
            Attributes.set(directory, "trusted.bailiwick.made", host.layout.cgroupName());
        }
        assertThat(new ProcessBuilder(
                                "ip", "link", "add", "bw" + unused, "index", "" + (1_000_000 + unused), "type", "veth")
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        host.restartAgent();
        assertThat(Path.of("/sys/class/net/bw" + unused))
                .as("a link of somebody else's")
                .exists();
        String alias = "bailiwick " + host.layout.cgroupName();
        new ProcessBuilder("ip", "link", "set", "bw" + unused, "alias", alias)
                .start()
                .waitFor();
        host.restartAgent();
        assertThat(host.kernel.observe())
                .singleElement()
                .satisfies(jail -> assertThat(jail.id()).isEqualTo(id));
        assertThat(leftover).doesNotExist();
        host.restartAgent();
        assertThat(Path.of("/sys/class/net/bw" + unused)).doesNotExist();
        assertThat(group).exists();
    }

    @Test
    void adoptsAJailThatAnEarlierAgentStarted() throws Exception {
        JailId id = host.newId();
        ObservedJail started = host.kernel
                .start(id, 7, "abc", host.definition("adopted", "/bin/sleep", "100"))
                .jail();
        host.restartAgent();
        assertThat(host.kernel.observe()).singleElement().satisfies(jail -> {
            assertThat(jail.id()).isEqualTo(id);
            assertThat(jail.generation()).isEqualTo(7);
            assertThat(jail.fingerprint()).isEqualTo("abc");
            assertThat(jail.initPid()).isEqualTo(started.initPid());
        });
        host.kernel.kill(id);
        assertThat(host.awaitEnd().jail()).isEqualTo(id);
    }

    @Test
    void confirmsALaterGeneration() {
        JailId id = host.newId();
        host.start(id, host.definition("later", "/bin/sleep", "100"));
        host.kernel.confirm(id, 9, "");
        assertThat(host.kernel.observe()).extracting(ObservedJail::generation).containsExactly(9L);
    }

    /** Like daemons that write their log to {@code /dev/stderr} after they have given up root. */
    @Test
    void letsEachUserOfAJailWriteToItsLogAndReadNothingOfOthers() throws Exception {
        String user = "setpriv --reuid 33 --regid 33 --clear-groups sh -c ";
        assertThat(host.outputOf(
                        "users",
                        user + "'echo error >/dev/stderr; echo out >>/dev/stdout; echo fd >/proc/self/fd/1'; " + user
                                + "'(: </dev/stdout) 2>/dev/null || echo unreadable'; echo root >/dev/stdout"))
                .isEqualTo("error\nout\nfd\nunreadable\nroot\n");
    }

    @Test
    void startsAJailWhereTheAgentHoldsMoreDescriptorsThanAJailMay() throws Exception {
        List<Descriptor> many = new ArrayList<>();
        try {
            for (int i = 0; i < 1_100; i++) {
                many.add(Linux.openat2(Constants.AT_FDCWD, "/dev/null", Constants.O_RDONLY, 0, 0));
            }
            assertThat(host.outputOf("crowded", "ulimit -Sn; ls /proc/self/fd | wc -l"))
                    .isEqualTo("1024\n4\n");
        } finally {
            many.forEach(Descriptor::close);
        }
    }

    @Test
    void adoptsAJailWhoseConsoleIsGone() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("silent", "/bin/sleep", "100"));
        host.kernel.close();
        Files.delete(host.layout
                .runtimeDirectory()
                .resolve("jails")
                .resolve(id.toString())
                .resolve("console"));
        host.kernel = host.open();
        assertThat(host.kernel.observe())
                .singleElement()
                .satisfies(jail -> assertThat(jail.isRunning()).isTrue());
    }

    @Test
    void leavesNothingBehindWhenAStartFails() throws Exception {
        int linksBefore = host.links();
        JailId id = host.newId();
        assertThatThrownBy(() -> host.start(id, host.definition("failing", "/no/such/program")))
                .isInstanceOf(KernelRefusal.class)
                .hasMessage("the program /no/such/program does not exist in the jail (execve: ENOENT)")
                .asInstanceOf(type(KernelRefusal.class))
                .satisfies(refusal -> assertThat(refusal.steps())
                        .as("the steps, including the failed one")
                        .extracting(StepTiming::name)
                        .contains("sandbox", "mark")
                        .endsWith("exec"));
        assertThat(host.kernel.observe()).isEmpty();
        // Links are removed a moment later; an agent that ends waits for that.
        host.restartAgent();
        assertThat(host.links()).isEqualTo(linksBefore);
        assertThat(host.layout.runtimeDirectory().resolve("jails").resolve(id.toString()))
                .doesNotExist();
    }

    @Test
    void startsManyJailsAtOnce() throws Exception {
        List<JailId> ids = Stream.generate(host::newId).limit(20).toList();
        List<Thread> threads = ids.stream()
                .map(id -> Thread.ofPlatform()
                        .start(() -> host.start(id, host.definition("many-" + ids.indexOf(id), "/bin/sleep", "100"))))
                .toList();
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(host.kernel.observe()).hasSize(20).allMatch(ObservedJail::isRunning);
    }

    @Test
    void givesAReasonForEveryCapabilityThatIsMissing() {
        assertThat(host.kernel.facts().capabilities())
                .isNotEmpty()
                .allMatch(capability ->
                        capability.available() == capability.reason().isEmpty());
    }
}
