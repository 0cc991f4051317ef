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
 * The training run for the AOT cache (JEP 514). Two agents run one after the other, between a server and a kernel that exist only in
 * memory: the first starts a jail, the second finds and removes it. Meanwhile the JVM records the classes that it loads and links.
 */
public final class AotTraining {

    private static final List<Class<?>> ONE_OF_EACH_JAR =
            List.of(AotTraining.class, dev.bailiwick.jail.JailId.class, dev.bailiwick.protocol.Wire.class);

    private static final int MAX_SECONDS = 30;

    private AotTraining() {}

    /** The signal for an agent to end. */
    public interface End {

        /** Returns when the agent must end. */
        void await() throws InterruptedException;
    }

    /** The agent's program. */
    public interface Agent {

        /** Runs an agent, and returns when it has ended. */
        void run(JailKernel kernel, End end) throws IOException, InterruptedException;
    }

    /**
     * @param layout directories that only the training run uses; the state directory contains {@link TrainingServer#KEYS}
     * @throws IllegalStateException if an agent does not reach its aim within {@value #MAX_SECONDS} s
     */
    public static void train(HostLayout layout, Agent agent) throws Exception {
        loadOwnClasses();
        TrainingKernel kernel = new TrainingKernel();
        try (TrainingServer server = new TrainingServer(layout.stateDirectory())) {
            agent.run(kernel, () -> until(server.runs()));
            agent.run(kernel, () -> until(server.isGone()));
        }
    }

    private static void until(CountDownLatch reported) throws InterruptedException {
        if (!reported.await(MAX_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the training run is not over after " + MAX_SECONDS + " s");
        }
    }

    /** Loads all classes of the agent, also those that only a real kernel or a real jail would need. */
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
