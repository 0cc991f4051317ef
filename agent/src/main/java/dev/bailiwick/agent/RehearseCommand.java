package dev.bailiwick.agent;

import dev.bailiwick.agent.kernel.HostFloor;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.link.RehearsalServer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * Does what every start does, between a server and a kernel of its own: starts one jail, ends, finds it again and removes it,
 * all in memory, so that a JVM with the option for it (JEP 514) records what it loads and links.
 */
final class RehearseCommand {

    private static final List<Class<?>> ONE_OF_EACH_JAR =
            List.of(AgentMain.class, dev.bailiwick.jail.JailId.class, dev.bailiwick.protocol.Wire.class);

    private static final int MAX_SECONDS = 30;

    private RehearseCommand() {}

    /** @param layout where {@link RehearsalServer#KEYS} is in the state directory, and nobody else's */
    static void rehearse(HostLayout layout) throws Exception {
        loadOwnClasses();
        HostKernel.here().rehearse(layout);
        RehearsalKernel kernel = new RehearsalKernel();
        try (RehearsalServer server = new RehearsalServer(layout.stateDirectory())) {
            RunCommand.run(layout, HostFloor.NONE, _ -> kernel, _ -> until(server.runs()));
            RunCommand.run(layout, HostFloor.NONE, _ -> kernel, _ -> until(server.isGone()));
        }
    }

    private static void until(CountDownLatch heard) throws InterruptedException {
        if (!heard.await(MAX_SECONDS, TimeUnit.SECONDS)) {
            throw new CommandFailed("The rehearsal is not over after " + MAX_SECONDS + " s.");
        }
    }

    /** Also what only a real kernel or a real jail would call for. */
    private static void loadOwnClasses() throws IOException, URISyntaxException, ClassNotFoundException {
        for (Class<?> one : ONE_OF_EACH_JAR) {
            Path jar = Path.of(
                    one.getProtectionDomain().getCodeSource().getLocation().toURI());
            try (JarFile file = new JarFile(jar.toFile())) {
                for (String entry : file.stream().map(ZipEntry::getName).toList()) {
                    if (entry.endsWith(".class") && !entry.endsWith("-info.class")) {
                        String name = entry.substring(0, entry.length() - ".class".length())
                                .replace('/', '.');
                        Class.forName(name, false, one.getClassLoader());
                    }
                }
            }
        }
    }
}
