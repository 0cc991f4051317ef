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

/** The programs as the build makes them for installing: not the class path of the tests. */
final class Installation {

    private static final Path HOUSE = house();
    private static final Path UNPACKED = HOUSE.resolve("e2e/target/server");

    private Installation() {}

    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** What a person starts all of it with. */
    static Path run() {
        return HOUSE.resolve("run");
    }

    /** One of the scripts beside these tests. */
    static Path script(String name) {
        return HOUSE.resolve("e2e").resolve(name);
    }

    static Path agent() {
        return built(HOUSE.resolve("agent/target/agent/bailiwick-agent"));
    }

    /**
     * The application's jar with its libraries beside it: unpacked it starts a second sooner, as {@code ./run} does it. By one process
     * at a time: two share the tests.
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
            throw new IllegalStateException(jar + " cannot be unpacked");
        }
        Files.setLastModifiedTime(unpacked, FileTime.from(Instant.now()));
        return unpacked;
    }

    /** The build gives every jar the same time, so that its bytes are the same each time it is built. */
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
            throw new IllegalStateException(program + " is not there. Build it first: ./mvnw package -DskipTests");
        }
        return program;
    }

    /** Maven runs the tests in their module's directory. */
    private static Path house() {
        return Path.of("..").toAbsolutePath().normalize();
    }
}
