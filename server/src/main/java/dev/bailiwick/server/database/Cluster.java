package dev.bailiwick.server.database;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The files of one embedded database: {@code data} belongs to PostgreSQL, the rest to the server.
 *
 * <p>Methods are called by one thread at a time.
 */
final class Cluster {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> PASSABLE = PosixFilePermissions.fromString("rwx--x--x");

    /** Characters that a shell interprets within double quotes: initdb puts the path of its own programs there. */
    private static final Pattern SHELL_READS_IT = Pattern.compile("[\"$`\\\\]");

    private static final long MAX_LOG = 10L << 20;
    private static final int OLD_LOGS = 5;
    private static final int MINUTES_TO_MAKE = 5;

    private final Path directory;
    private final Optional<SystemUser> user;
    private final PostgresPrograms software;
    private final String password;

    private Cluster(Path directory, Optional<SystemUser> user, PostgresPrograms software, String password) {
        this.directory = directory;
        this.user = user;
        this.software = software;
        this.password = password;
    }

    /** Opens the cluster in the directory, or creates it. The caller holds {@link #lock}. */
    static Cluster in(Path directory, Optional<SystemUser> user) throws IOException {
        if (user.isPresent()) {
            requireReachable(directory, user.get());
        }
        Cluster cluster = new Cluster(directory, user, PostgresPrograms.in(directory), password(directory));
        if (!Files.exists(cluster.data())) {
            cluster.make();
        }
        String version = Files.readString(cluster.data().resolve("PG_VERSION")).strip();
        if (!version.equals(PostgresPrograms.MAJOR_VERSION)) {
            throw new DatabaseUnusable(cluster.data() + " was written by PostgreSQL " + version + ", and this is "
                    + PostgresPrograms.MAJOR_VERSION + ": migrate it with pg_upgrade or a dump");
        }
        return cluster;
    }

    /**
     * Locks the directory against a second server until this process ends, however it ends.
     *
     * @throws DatabaseUnusable if another server holds the lock
     */
    static FileLock lock(Path directory) throws IOException {
        boolean absent = Files.notExists(directory);
        Files.createDirectories(directory);
        if (absent) {
            Files.setPosixFilePermissions(directory, PASSABLE);
        }
        FileChannel channel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException e) {
            // This process holds the lock already: the same failure follows.
        }
        channel.close();
        throw new DatabaseUnusable("Another server is using " + directory);
    }

    String password() {
        return password;
    }

    /**
     * Returns the running PostgreSQL that serves these files; empty if its pid file is missing or was left over by a killed one.
     */
    Optional<ProcessHandle> running() throws IOException {
        List<String> lines = pidFile();
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        long pid = Long.parseLong(lines.getFirst().strip());
        // Another process may have the pid now. PostgreSQL's working directory is its data directory.
        Path workingDirectory = Path.of("/proc", String.valueOf(pid), "cwd");
        if (!Files.isSymbolicLink(workingDirectory) || !Files.isSameFile(workingDirectory, data())) {
            return Optional.empty();
        }
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    }

    /** Whether the {@link #running} PostgreSQL was started to listen on this port. */
    boolean listensOn(int port) throws IOException {
        int lineOfThePort = 3; // LOCK_FILE_LINE_PORT in PostgreSQL's miscadmin.h, from 0
        List<String> lines = pidFile();
        return lines.size() > lineOfThePort && lines.get(lineOfThePort).strip().equals(Integer.toString(port));
    }

    private List<String> pidFile() throws IOException {
        try {
            return Files.readAllLines(data().resolve("postmaster.pid"));
        } catch (NoSuchFileException gone) {
            return List.of();
        }
    }

    /** Starts PostgreSQL in a new session, as Ctrl-C in a terminal is meant for the server, which stops PostgreSQL last. */
    Process start(int port) throws IOException {
        List<String> command = new ArrayList<>(List.of(software.program("postgres"), "-D", data().toString()));
        settings(port).forEach(setting -> command.addAll(List.of("-c", setting)));
        List<String> all = new ArrayList<>(List.of("setsid"));
        all.addAll(user.map(someone -> someone.running(command)).orElse(command));
        return new ProcessBuilder(all)
                .directory(data().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    /** Returns the settings for durability and for access. As arguments, they cannot be overridden by a file. */
    private static List<String> settings(int port) {
        return List.of(
                "listen_addresses=127.0.0.1",
                "port=" + port,
                "unix_socket_directories=",
                "fsync=on",
                "synchronous_commit=on",
                "full_page_writes=on",
                "max_connections=100",
                "shared_buffers=64MB",
                "timezone=UTC",
                "log_timezone=UTC",
                "log_checkpoints=off");
    }

    private void make() throws IOException {
        if (SHELL_READS_IT.matcher(directory.toString()).find()) {
            Path apart = Files.createTempDirectory(Path.of("/var/tmp"), "bailiwick-initdb-");
            try {
                Files.setPosixFilePermissions(apart, PASSABLE);
                makeWith(PostgresPrograms.in(apart));
            } finally {
                PostgresPrograms.delete(apart);
            }
        } else {
            makeWith(software);
        }
    }

    /** Creates the cluster in a directory that gets its final name when it is complete. */
    private void makeWith(PostgresPrograms software) throws IOException {
        Path unfinished = directory.resolve("data.new");
        PostgresPrograms.delete(unfinished);
        Files.createDirectory(
                unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path passwordFile = unfinished.resolveSibling("password.new");
        Files.deleteIfExists(passwordFile);
        Files.createFile(passwordFile, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.writeString(passwordFile, password);
        if (user.isPresent()) {
            user.get().own(unfinished);
            user.get().own(passwordFile);
        }
        List<String> command = List.of(
                software.program("initdb"),
                "--pgdata=" + unfinished,
                "--username=postgres",
                "--pwfile=" + passwordFile,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C");
        run(user.map(someone -> someone.running(command)).orElse(command));
        Files.delete(passwordFile);
        Files.move(unfinished, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        try {
            if (!process.waitFor(MINUTES_TO_MAKE, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new DatabaseUnusable("PostgreSQL's initdb failed; see " + log());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new DatabaseUnusable("Interrupted while the database was created", e);
        }
    }

    private static String password(Path directory) throws IOException {
        Path file = directory.resolve("password");
        if (Files.exists(file)) {
            return Files.readString(file).strip();
        }
        byte[] bits = new byte[24];
        new SecureRandom().nextBytes(bits);
        String password = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.writeString(file, password);
        return password;
    }

    private static void requireReachable(Path directory, SystemUser user) throws IOException {
        for (Path step = directory; step != null; step = step.getParent()) {
            boolean open = Files.getPosixFilePermissions(step).contains(PosixFilePermission.OTHERS_EXECUTE);
            boolean theirs = Files.getAttribute(step, "unix:uid").equals(user.uid());
            if (!open && !theirs) {
                throw new DatabaseUnusable(
                        "PostgreSQL runs as " + user.name() + ", which may not enter " + step
                                + ": choose a bailiwick.database.embedded-directory below directories that all users may enter");
            }
        }
    }

    Path data() {
        return directory.resolve("data");
    }

    /** Returns the log file of PostgreSQL, which is rotated first. Nothing may write it meanwhile. */
    Path log() throws IOException {
        Path log = logFile();
        if (isLongLog()) {
            age();
            Files.move(log, aged(1), StandardCopyOption.REPLACE_EXISTING);
        }
        return log;
    }

    /**
     * Rotates the log of a running PostgreSQL at 10 MiB: five older logs are kept, and postgresql.log.1 is the latest of them.
     * PostgreSQL keeps its file open and appends to it, so the file is copied and emptied. Lines that are written in between are
     * lost.
     */
    void boundLog() throws IOException {
        if (isLongLog()) {
            age();
            Files.copy(logFile(), aged(1), StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel log = FileChannel.open(logFile(), StandardOpenOption.WRITE)) {
                log.truncate(0);
            }
        }
    }

    private boolean isLongLog() throws IOException {
        return Files.exists(logFile()) && Files.size(logFile()) > MAX_LOG;
    }

    private void age() throws IOException {
        for (int age = OLD_LOGS - 1; age > 0; age--) {
            if (Files.exists(aged(age))) {
                Files.move(aged(age), aged(age + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private Path logFile() {
        return directory.resolve("postgresql.log");
    }

    private Path aged(int age) {
        return directory.resolve("postgresql.log." + age);
    }
}
