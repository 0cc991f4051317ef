package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.linux.Technique.Attempt;
import dev.bailiwick.jail.Command;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.syscall.Policy;
import dev.bailiwick.jail.syscall.Profile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes the attempts of {@code src/test/c/escapes}, inside a jail and outside, against a process of the host that is there to
 * be attacked.
 */
final class EscapeAttempts implements AutoCloseable {

    private static final int ZERO_DEVICE = 1 << 8 | 5;

    private final TestHost host = new TestHost();
    private final Path directory = Files.createTempDirectory(Path.of("/tmp"), "bailiwick-escapes-");
    private final Path program = directory.resolve("escapes");
    private final String name = directory.getFileName().toString();
    private final DatagramSocket listener = new DatagramSocket();
    private final ServerSocket loopback = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private final Process attacked;

    EscapeAttempts() throws IOException, InterruptedException {
        TestProgram.compile("escapes", program);
        attacked = new ProcessBuilder(program.toString(), "host", "abstract=" + name, shm(), "queue=/" + name)
                .redirectErrorStream(true)
                .start();
        String said = attacked.inputReader().readLine();
        if (!"ready".equals(said)) {
            throw new AssertionError("the process to attack said " + said);
        }
    }

    /** By name of the technique. */
    Map<String, Attempt> inside(String family, Profile profile) throws IOException, InterruptedException {
        JailDefinition definition = definition(profile, family);
        Path files = Path.of(definition.path().value(), "root");
        Files.createDirectories(files);
        Files.copy(program, files.resolve("escapes"), StandardCopyOption.COPY_ATTRIBUTES);
        makeDevice(files.resolve("zero"));
        Set<String> heard = new TreeSet<>();
        Thread hearing = Thread.ofPlatform().start(() -> hear(heard));
        String output;
        try {
            output = host.outputOf(definition);
        } finally {
            hearing.join();
        }
        Map<String, Attempt> attempts = parse(output);
        for (String message : heard) {
            attempts.put(message, new Attempt("done", "heard by the host"));
        }
        return attempts;
    }

    /** What the host hears when its own root makes the attempts of the network in a jail's namespace, with every capability. */
    Set<String> heardFromRootInANetworkOfAJail() throws IOException, InterruptedException {
        JailDefinition definition = host.definition("rooted", "/bin/sleep", "100");
        int pid = host.start(host.newId(), definition).jail().initPid().orElseThrow();
        List<String> command = new ArrayList<>(
                List.of("nsenter", "-t", Integer.toString(pid), "-n", program.toString(), "inside", "network"));
        command.addAll(facts("device=", "own6=" + ownV6(definition)));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Set<String> heard = new TreeSet<>();
        hear(heard);
        process.waitFor();
        return heard;
    }

    private static String ownV6(JailDefinition definition) {
        return definition.addresses().v6().orElseThrow().value().getHostAddress();
    }

    /** By root of the host, and nothing between it and the kernel. */
    Map<String, Attempt> outside(String family) throws IOException, InterruptedException {
        Path device = directory.resolve("zero");
        if (!Files.exists(device)) {
            makeDevice(device);
        }
        List<String> command = new ArrayList<>(
                List.of("/bin/sh", "-c", "exec 3</ \"$@\"", "sh", program.toString(), "outside", family));
        command.addAll(facts("device=" + device, "own6=::1"));
        // To a file, as the log of a jail must not be.
        Path output = directory.resolve("output");
        Process process =
                new ProcessBuilder(command).redirectOutput(output.toFile()).start();
        process.waitFor();
        return parse(Files.readString(output));
    }

    private JailDefinition definition(Profile profile, String family) {
        JailDefinition plain = host.definition(family + "-" + profile.text(), "/bin/true");
        List<String> argv = new ArrayList<>(List.of("/escapes", "inside", family));
        argv.addAll(facts("device=/zero", "own6=" + ownV6(plain)));
        return new JailDefinition(
                plain.name(),
                plain.hostname(),
                plain.path(),
                plain.base(),
                plain.addresses(),
                Policy.of(profile),
                new Command(argv, Map.of()),
                plain.limits(),
                plain.wanted());
    }

    private List<String> facts(String... more) {
        List<String> facts = new ArrayList<>(List.of(
                "abstract=" + name,
                shm(),
                "queue=/" + name,
                "pid=" + attacked.pid(),
                "tcp=" + loopback.getLocalPort(),
                "udp=" + listener.getLocalPort(),
                "spoofed4=198.18.209.9",
                "spoofed6=fdb1:1::bad",
                "to4=169.254.1.1",
                "to6=fe80::1"));
        facts.addAll(List.of(more));
        return facts;
    }

    private String shm() {
        return "shm=" + (1 + Math.floorMod(name.hashCode(), 1_000_000));
    }

    /** What reaches the host until nothing has come for a while. */
    private void hear(Set<String> heard) {
        byte[] bytes = new byte[64];
        DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
        try {
            listener.setSoTimeout(1_500);
            while (true) {
                listener.receive(packet);
                heard.add(new String(bytes, 0, packet.getLength(), StandardCharsets.US_ASCII));
            }
        } catch (SocketTimeoutException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void makeDevice(Path path) {
        try (Arena arena = new Arena()) {
            Linux.call(
                    SystemCall.MKNODAT,
                    path.toString(),
                    Constants.AT_FDCWD,
                    Arena.address(arena.text(path.toString())),
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
        host.close();
        try (Descriptor parent =
                Linux.openat2(Constants.AT_FDCWD, "/tmp", Constants.O_PATH | Constants.O_DIRECTORY, 0, 0)) {
            FileTree.delete(parent, name);
        }
    }
}
