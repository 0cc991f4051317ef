package dev.bailiwick.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A network namespace for a browser, in which no link comes or goes: a browser gives up what it is loading whenever a link appears or
 * disappears, and each jail that starts has one. One server is reachable in it, at the address that it has here.
 */
final class BrowserNetwork implements AutoCloseable {

    private static final String SETUP = "ip link set lo up && exec \"$@\"";

    private final Path directory;
    private final Relay here;
    private final Process there;

    private BrowserNetwork(Path directory, Relay here, Process there) {
        this.directory = directory;
        this.here = here;
        this.there = there;
    }

    /** @param server the address of a server on this machine */
    static BrowserNetwork reaching(URI server) throws IOException {
        Path directory = Files.createTempDirectory("bailiwick-browser-");
        Path socket = directory.resolve("server");
        Relay here = Relay.ofSocket(socket, server.getPort());
        Process there = new ProcessBuilder(
                        "unshare",
                        "--net",
                        "sh",
                        "-c",
                        SETUP,
                        "sh",
                        Installation.java().toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classes().toString(),
                        Relay.class.getName(),
                        Integer.toString(server.getPort()),
                        socket.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BrowserNetwork network = new BrowserNetwork(directory, here, there);
        String said =
                new BufferedReader(new InputStreamReader(there.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (!"ready".equals(said)) {
            network.close();
            throw new IllegalStateException("The browser's network could not be created; see above");
        }
        return network;
    }

    private static Path classes() {
        try {
            return Path.of(Relay.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("The tests' classes are not in a directory", e);
        }
    }

    /** Returns a program that runs another one in this network, with its own arguments. */
    Path running(Path program) throws IOException {
        Path script = Files.writeString(
                directory.resolve(program.getFileName()),
                "#!/bin/sh\nexec nsenter --net=/proc/%d/ns/net %s \"$@\"\n".formatted(there.pid(), program));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script;
    }

    /** Loses what the browser sends and receives, without its knowledge, until {@link #cut}. */
    void lose() {
        here.lose();
    }

    /** Ends all connections of the browser, and lets it open none until {@link #mend}. */
    void cut() {
        here.cut();
    }

    void mend() {
        here.mend();
    }

    @Override
    public void close() throws IOException {
        there.destroy();
        here.close();
        Installation.delete(directory);
    }
}
