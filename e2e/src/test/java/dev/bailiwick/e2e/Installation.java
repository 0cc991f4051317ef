package dev.bailiwick.e2e;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The programs that the build creates for installation; they do not use the class path of the tests. */
final class Installation {

    private static final Path HOUSE = house();
    private static final Path UNPACKED = HOUSE.resolve("e2e/target/server");

    private Installation() {}

    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** Returns {@code ./run}, which starts a whole instance. */
    static Path run() {
        return HOUSE.resolve("run");
    }

    /** Returns one of the scripts in {@code e2e/}. */
    static Path script(String name) {
        return HOUSE.resolve("e2e").resolve(name);
    }

    static Path agent() {
        return built(HOUSE.resolve("agent/target/agent/bailiwick-agent"));
    }

    /**
     * Unpacks the application, as {@code ./run} does, because it then starts a second sooner. A lock makes the two processes that share
     * the tests take turns.
     */
    static synchronized Path server() throws IOException, InterruptedException {
        Path lock = UNPACKED.resolveSibling("server.lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock();
            return unpacked();
        }
    }

    private static Path unpacked() throws IOException, InterruptedException {
        Path jar = built(packed());
        Path unpacked = UNPACKED.resolve(jar.getFileName());
        if (Files.exists(unpacked) && Files.getLastModifiedTime(unpacked).compareTo(written(jar)) >= 0) {
            return unpacked;
        }
        delete(UNPACKED);
        Process extraction = new ProcessBuilder(
                        java().toString(),
                        "-Djarmode=tools",
                        "-jar",
                        jar.toString(),
                        "extract",
                        "--destination",
                        UNPACKED.toString())
                .inheritIO()
                .start();
        if (!extraction.waitFor(2, TimeUnit.MINUTES) || extraction.exitValue() != 0) {
            throw new IllegalStateException("Cannot unpack " + jar);
        }
        Files.setLastModifiedTime(unpacked, FileTime.from(Instant.now()));
        return unpacked;
    }

    /**
     * Returns when the jar was written, from its change time. The build sets the same modification time on each jar, so that each build
     * has the same bytes.
     */
    private static FileTime written(Path jar) throws IOException {
        return (FileTime) Files.getAttribute(jar, "unix:ctime");
    }

    static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static Path packed() throws IOException {
        Path target = HOUSE.resolve("server/target");
        if (Files.isDirectory(target)) {
            try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "bailiwick-server-*-app.jar")) {
                for (Path jar : jars) {
                    return jar;
                }
            }
        }
        return target.resolve("bailiwick-server-app.jar");
    }

    private static Path built(Path program) {
        if (!Files.exists(program)) {
            throw new IllegalStateException(program + " does not exist. Build it first: ./mvnw package -DskipTests");
        }
        return program;
    }

    /** Returns the directory of the tree; Maven runs the tests in the directory of their module. */
    private static Path house() {
        return Path.of("..").toAbsolutePath().normalize();
    }
}
