package dev.bailiwick.agent.kernel.linux.escape;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.linux.PatientHost;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.TestProgram;
import dev.bailiwick.agent.kernel.linux.escape.Technique.Attempt;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileTree;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.syscall.Decision;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Makes the attempts of {@code src/test/c/escapes}, inside and outside of jails, against a process of the host that serves as the target.
 */
final class EscapeAttempts implements AutoCloseable {

    /** The family of attempts of which the host's core handler may learn. */
    static final String CRASHES = "crashes";

    private static final int ZERO_DEVICE = 1 << 8 | 5;

    /** A message that is not an attempt: it shows that the host would receive the others. */
    static final String HONEST = "honest-v6";

    /** Long enough for all attempts of a family on a busy machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final int QUIET_MILLIS = 500;

    private static final String NEIGHBOURS_SERVICE = """
            use IO::Socket::IP;
            $| = 1;
            my @all = map { IO::Socket::IP->new(LocalHost => $_, V6Only => 1, LocalPort => 5432, Listen => 9) or die $@ } ("0.0.0.0", "::");
            print "serves\n";
            sleep 1 while 1;
            """;

    private final TestHost host = new TestHost();
    private final Path directory = Files.createTempDirectory(Path.of("/tmp"), "bailiwick-escapes-");
    private final Path program = directory.resolve("escapes");
    private final String name = directory.getFileName().toString();
    private final DatagramSocket listener = new DatagramSocket();
    /** Listens on every address of the host, of both families. */
    private final ServerSocket everywhere = new ServerSocket(0);

    private final ServerSocket loopback = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private final Process attacked;
    private int jails;
    private final JailDefinition neighbour = host.definition("neighbour", "/usr/bin/perl", "-e", NEIGHBOURS_SERVICE);

    EscapeAttempts() throws IOException, InterruptedException {
        TestProgram.compile("escapes", program);
        attacked = new ProcessBuilder(
                        program.toString(), "host", "abstract=" + name, shm(), "queue=/" + name, "key=" + name)
                .redirectErrorStream(true)
                .start();
        String said = attacked.inputReader().readLine();
        if (!"ready".equals(said)) {
            throw new AssertionError("the target process printed " + said);
        }
        JailId id = host.newId();
        host.kernel.own(id, "another customer");
        host.start(id, neighbour);
        host.awaitLog(id, "serves");
    }

    /** Starts a jail, so that the kernel loads everything that jails themselves make it load. */
    void startFirstJail() throws IOException, InterruptedException {
        host.outputOf("first", "true");
    }

    /** Makes the attempts of a family in a jail with this policy; returns the results by name of the technique. */
    Map<String, Attempt> inside(String family, Policy policy, Privileges privileges)
            throws IOException, InterruptedException {
        JailDefinition definition = definition(family + "-" + ++jails, family, policy, privileges);
        Path files = Path.of(definition.path().value(), "root");
        Files.createDirectories(files);
        Files.copy(program, files.resolve("escapes"), StandardCopyOption.COPY_ATTRIBUTES);
        makeDevice(files.resolve("zero"));
        Map<String, Attempt> attempts;
        try (var _ = new Asking(definition)) {
            attempts = watched(family, () -> parse(PatientHost.outputOf(host, definition, PATIENCE)));
        }
        for (String message : heardSince(attempts.containsKey(HONEST))) {
            attempts.put(message, new Attempt("done", "heard by the host"));
        }
        return attempts;
    }

    /**
     * Returns {@code hosting} with a filter that allows every call that overrides may allow: whatever still fails, another layer
     * prevents.
     */
    static Policy openedPolicy() {
        return new Policy(
                Profile.HOSTING,
                SyscallTable.linux().all().stream()
                        .filter(call -> call.floor()
                                .filter(floor -> floor instanceof Decision.Deny)
                                .isEmpty())
                        .map(call -> new PolicyOverride(
                                call.name(),
                                new OverrideDecision.Allow(),
                                "To see what else stops it",
                                "",
                                Optional.empty()))
                        .toList());
    }

    /**
     * Returns which messages reach the host when its own root makes the network attempts in a jail's namespace, with every capability.
     */
    Set<String> heardFromRootInANetworkOfAJail() throws IOException, InterruptedException {
        JailDefinition definition = host.definition("rooted", "/bin/sleep", "100");
        int pid = host.start(host.newId(), definition).jail().initPid().orElseThrow();
        List<String> command = new ArrayList<>(
                List.of("nsenter", "-t", Integer.toString(pid), "-n", program.toString(), "inside", "network"));
        command.addAll(facts("device=", "own6=" + ownV6(definition)));
        try (var _ = new Asking(definition)) {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.waitFor();
        }
        return heardSince(true);
    }

    private static String ownV6(JailDefinition definition) {
        return definition.addresses().v6().orElseThrow().value().getHostAddress();
    }

    /** Makes the attempts of a family as root of the host, without any protection. */
    Map<String, Attempt> outside(String family) throws IOException, InterruptedException {
        Path device = directory.resolve("zero");
        if (!Files.exists(device)) {
            makeDevice(device);
        }
        List<String> command = new ArrayList<>(
                List.of("/bin/sh", "-c", "exec 3</ \"$@\"", "sh", program.toString(), "outside", family));
        command.addAll(facts("device=" + device, "own6=::1"));
        // Writes to a file, unlike the log of a jail.
        Path output = directory.resolve("output");
        return watched(family, () -> {
            new ProcessBuilder(command).redirectOutput(output.toFile()).start().waitFor();
            return parse(Files.readString(output));
        });
    }

    /** Makes attempts. */
    private interface Attempting {
        Map<String, Attempt> make() throws IOException, InterruptedException;
    }

    /** Makes the attempts; for crashes, under a core handler of this test that records each of them. */
    private static Map<String, Attempt> watched(String family, Attempting attempting)
            throws IOException, InterruptedException {
        if (!family.equals(CRASHES)) {
            return attempting.make();
        }
        try (CoreRecorder recorder = new CoreRecorder()) {
            Map<String, Attempt> attempts = attempting.make();
            Set<String> heard = recorder.heard();
            attempts.replaceAll((name, attempt) ->
                    heard.contains(name) ? new Attempt("done", "has the host's core handler run") : attempt);
            return attempts;
        }
    }

    private JailDefinition definition(String jailName, String family, Policy policy, Privileges privileges)
            throws IOException, InterruptedException {
        JailDefinition plain = host.definition(jailName, "/bin/true");
        List<String> argv = new ArrayList<>(List.of("/escapes", "inside", family));
        argv.addAll(facts("device=/zero", "own6=" + ownV6(plain)));
        return DefinitionVariant.of(plain)
                .policy(policy)
                .execution(plain.execution().with(privileges))
                .command(new Command(argv, Map.of()))
                .definition();
    }

    private List<String> facts(String... more) throws IOException, InterruptedException {
        List<String> facts = new ArrayList<>(List.of(
                "abstract=" + name,
                shm(),
                "queue=/" + name,
                "key=" + name,
                "shared=" + TestProgram.sharedFile(),
                "pid=" + attacked.pid(),
                "tcp=" + loopback.getLocalPort(),
                "any=" + everywhere.getLocalPort(),
                "host4=" + ownV4(),
                "neighbour4=" + neighbour.addresses().v4().orElseThrow(),
                "neighbour6=" + neighbour.addresses().v6().orElseThrow(),
                "neighbours-port=5432",
                "udp=" + listener.getLocalPort(),
                "spoofed4=198.18.209.9",
                "spoofed6=fdb1:1::bad",
                "to4=169.254.1.1",
                "to6=" + TestHost.ownV6()));
        facts.addAll(List.of(more));
        return facts;
    }

    /** Returns an address of this machine except loopback; if there is none, the one by which jails know it. */
    private static String ownV4() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address
                        && !address.isLoopbackAddress()
                        && !address.isLinkLocalAddress())
                .map(InetAddress::getHostAddress)
                .findFirst()
                .orElse("127.0.0.1");
    }

    private String shm() {
        return "shm=" + (1 + Math.floorMod(name.hashCode(), 1_000_000));
    }

    /**
     * Returns the messages that have reached the host, after all attempts: the socket keeps them until then.
     *
     * @param honestWasSent whether a message from a jail's own address was sent and must arrive; without it, missing messages would prove
     *     nothing
     */
    private Set<String> heardSince(boolean honestWasSent) throws IOException {
        Set<String> heard = new TreeSet<>();
        byte[] bytes = new byte[64];
        DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
        listener.setSoTimeout(honestWasSent ? (int) PATIENCE.toMillis() : QUIET_MILLIS);
        try {
            while (true) {
                listener.receive(packet);
                heard.add(new String(bytes, 0, packet.getLength(), StandardCharsets.US_ASCII));
                if (heard.contains(HONEST)) {
                    listener.setSoTimeout(QUIET_MILLIS);
                }
            }
        } catch (SocketTimeoutException e) {
            if (honestWasSent && !heard.contains(HONEST)) {
                throw new AssertionError(
                        "the host did not even hear what was sent from the jail's own address: " + heard, e);
            }
            return heard;
        }
    }

    private static void makeDevice(Path path) {
        try (NativeMemory memory = new NativeMemory()) {
            Linux.call(
                    SystemCall.MKNODAT,
                    path.toString(),
                    Constants.AT_FDCWD,
                    NativeMemory.address(memory.text(path.toString())),
                    Constants.S_IFCHR | 0666,
                    ZERO_DEVICE);
        }
    }

    private static Map<String, Attempt> parse(String output) throws IOException {
        Map<String, Attempt> attempts = new LinkedHashMap<>();
        try (BufferedReader reader = new BufferedReader(new StringReader(output))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String[] words = line.split("\t", -1);
                if (words.length != 3) {
                    throw new AssertionError("not a line of an attempt: " + line);
                }
                attempts.put(words[0], new Attempt(words[1], words[2]));
            }
        }
        if (attempts.remove("end") == null) {
            throw new AssertionError("the attempts ended early: " + output);
        }
        return attempts;
    }

    @Override
    public void close() throws IOException {
        attacked.outputWriter().close();
        listener.close();
        loopback.close();
        everywhere.close();
        host.close();
        try (Descriptor parent =
                Linux.openat2(Constants.AT_FDCWD, "/tmp", Constants.O_PATH | Constants.O_DIRECTORY, 0, 0)) {
            FileTree.delete(parent, name);
        }
    }

    /** Sends packets to a jail from the listening socket, repeatedly: only replies to the host come back from a jail. */
    private final class Asking implements AutoCloseable {

        private final InetAddress jail;
        private final ScheduledExecutorService again = Executors.newSingleThreadScheduledExecutor();

        Asking(JailDefinition definition) {
            this.jail = definition.addresses().v6().orElseThrow().value();
            var _ = again.scheduleWithFixedDelay(this::ask, 0, 20, TimeUnit.MILLISECONDS);
        }

        private void ask() {
            try {
                // Before the jail has a route, the packet would leave this machine.
                String routes = Files.readString(Path.of("/proc/net/ipv6_route"));
                if (routes.contains(HexFormat.of().formatHex(jail.getAddress()) + " 80")) {
                    listener.send(new DatagramPacket(new byte[1], 1, jail, listener.getLocalPort()));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            again.close();
        }
    }
}
