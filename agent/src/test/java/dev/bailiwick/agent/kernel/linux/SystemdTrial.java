package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A Debian userland with systemd boots in a jail of profile {@code system}, is rebooted from inside, powered off from inside, and stopped
 * from outside. {@code e2e/systemd} creates the userland, whose unit writes {@code /witness} and executes {@code /command}. It has a
 * {@code main}, because a guest has no build to run it.
 */
public final class SystemdTrial {

    /** Long enough for a boot or a shutdown, also in a guest, where each call takes ten times as long. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    static final List<Ending> ENDINGS = List.of(new Ending.Rebooted(), new Ending.Halted(), new Ending.Halted());

    private final TestHost host;
    /** The same for all boots, because the files belong to this jail. */
    private final JailId id;

    private final JailDefinition definition;
    private final Path root;

    private SystemdTrial(TestHost host, Path userland) throws IOException, InterruptedException {
        this.host = host;
        this.id = host.newId();
        this.definition = definition(host);
        this.root = Path.of(definition.path().value());
        Files.createDirectories(host.layout.rootBase());
        int status = new ProcessBuilder("cp", "-a", "--reflink=auto", userland.toString(), root.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new AssertionError("cp ended with " + status);
        }
    }

    /**
     * The result of one boot.
     *
     * @param state the output of {@code systemctl is-system-running}, and the failed units
     * @param ending the ending of the jail's init
     */
    record Boot(String state, Duration untilBooted, Optional<Ending> ending, Duration untilEnded) {}

    /** Returns three boots: one is rebooted from inside, one is powered off from inside, one is stopped from outside. */
    static List<Boot> of(Path userland) throws IOException, InterruptedException {
        List<Boot> boots = new ArrayList<>();
        try (TestHost host = new TestHost()) {
            SystemdTrial trial = new SystemdTrial(host, userland);
            boots.add(trial.boot(_ -> trial.command("systemctl reboot")));
            boots.add(trial.boot(_ -> trial.command("systemctl poweroff")));
            boots.add(trial.boot(host.kernel::terminate));
        }
        return boots;
    }

    /** Settings of a unit that need namespaces. */
    private static final List<String> SANDBOXED = List.of(
            "PrivateTmp=yes", "ProtectSystem=strict", "PrivateNetwork=yes", "PrivateUsers=yes", "DynamicUser=yes");

    /**
     * Boots once, and returns the jail's log.
     *
     * @param results where the exit status of a unit with each of these settings goes, by its setting
     */
    static String boot(Path userland, Map<String, Integer> results) throws IOException, InterruptedException {
        try (TestHost host = new TestHost()) {
            SystemdTrial trial = new SystemdTrial(host, userland);
            trial.boot(
                    _ -> trial.command(
                            "for setting in " + String.join(" ", SANDBOXED)
                                    + "; do systemd-run -q --wait -p $setting true; echo $setting $? >>/results; done; systemctl poweroff"));
            Files.readAllLines(trial.root.resolve("results")).stream()
                    .map(line -> line.split(" ", -1))
                    .forEach(words -> results.put(words[0], Integer.valueOf(words[1])));
            return host.logOf(trial.id);
        }
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<Boot> boots = of(Path.of(arguments[0]));
        boots.forEach(System.out::println);
        boolean well = boots.stream()
                        .map(Boot::ending)
                        .flatMap(Optional::stream)
                        .toList()
                        .equals(ENDINGS)
                && boots.stream().allMatch(boot -> boot.state().equals("running"));
        System.out.println(well ? "systemd: booted, rebooted, powered off, halted" : "systemd: not as promised");
    }

    /** Gives a command to the unit in the userland. */
    private void command(String command) throws IOException {
        Files.writeString(root.resolve("command"), command + "\n");
    }

    private interface Shutdown {
        void ask(JailId jail) throws IOException;
    }

    private Boot boot(Shutdown shutdown) throws IOException, InterruptedException {
        Path witness = root.resolve("witness");
        Files.deleteIfExists(witness);
        long started = System.nanoTime();
        host.start(id, definition);
        while (!Files.exists(witness)) {
            if (System.nanoTime() - started > PATIENCE.toNanos()) {
                throw new AssertionError("it has not booted after " + PATIENCE + ": " + host.logOf(id));
            }
            LockSupport.parkNanos(10_000_000); // the guest has one processor
        }
        String state = Files.readString(witness).strip();
        long booted = System.nanoTime();
        shutdown.ask(id);
        JailEnd end = host.awaitEnd(PATIENCE);
        Boot boot = new Boot(
                state, Duration.ofNanos(booted - started), end.ending(), Duration.ofNanos(System.nanoTime() - booted));
        host.kernel.release(id);
        return boot;
    }

    private static JailDefinition definition(TestHost host) {
        JailDefinition defined = host.definition("debian", "/sbin/init");
        return DefinitionVariant.of(defined)
                .base(new Base.Directory())
                .policy(Policy.of(Profile.SYSTEM))
                .definition();
    }
}
