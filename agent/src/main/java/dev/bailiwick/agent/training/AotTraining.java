package dev.bailiwick.agent.training;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailKernel;
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
public final class AotTraining {

    private static final List<Class<?>> ONE_OF_EACH_JAR =
            List.of(AotTraining.class, dev.bailiwick.jail.JailId.class, dev.bailiwick.protocol.Wire.class);

    private static final int MAX_SECONDS = 30;

    private AotTraining() {}

    /** Ends an agent. */
    public interface End {

        /** Returns when the agent is to end. */
        void await() throws InterruptedException;
    }

    /** Runs an agent. */
    public interface Agent {

        /** Returns when it has ended. */
        void run(JailKernel kernel, End end) throws IOException, InterruptedException;
    }

    /**
     * @param layout where {@link TrainingServer#KEYS} is in the state directory, and nobody else's
     * @throws IllegalStateException if it is not over in time
     */
    public static void train(HostLayout layout, Agent agent) throws Exception {
        loadOwnClasses();
        TrainingKernel kernel = new TrainingKernel();
        try (TrainingServer server = new TrainingServer(layout.stateDirectory())) {
            agent.run(kernel, () -> until(server.runs()));
            agent.run(kernel, () -> until(server.isGone()));
        }
    }

    private static void until(CountDownLatch heard) throws InterruptedException {
        if (!heard.await(MAX_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the training run is not over after " + MAX_SECONDS + " s");
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
