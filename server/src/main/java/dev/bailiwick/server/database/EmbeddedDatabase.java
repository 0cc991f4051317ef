package dev.bailiwick.server.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL that serves one directory while this object is open. It adopts a process that a killed server left running, and
 * restarts one that dies.
 */
final class EmbeddedDatabase implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);
    private static final Duration MAX_START = Duration.ofMinutes(2);

    /** A killed PostgreSQL of this directory may hold the port for a moment. */
    private static final Duration MAX_TAKEN = Duration.ofSeconds(5);

    private static final Duration MAX_STOP = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(50);

    /** Between two looks at the length of PostgreSQL's log. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

    /** The pause between attempts to start, for example while the disk is missing. */
    private static final Duration BETWEEN_TRIALS = Duration.ofSeconds(2);

    private final Cluster cluster;
    private final FileLock lock;
    private final int port;
    private ProcessHandle postgres;
    private volatile boolean closed;

    /** Used only by the thread that watches the process. */
    private boolean longLogTold;

    private EmbeddedDatabase(Cluster cluster, FileLock lock, int port) throws IOException {
        this.cluster = cluster;
        this.lock = lock;
        this.port = port;
        this.postgres = adopt().orElseGet(this::startProcess);
        Thread.ofPlatform().name("postgres-watch").daemon().start(this::watch);
    }

    /** @throws DatabaseUnusable if it cannot be started; the message says what to change */
    static EmbeddedDatabase open(Path directory, int port, Optional<SystemUser> user) {
        try {
            Path absolute = directory.toAbsolutePath().normalize();
            FileLock lock = Cluster.lock(absolute);
            try {
                return new EmbeddedDatabase(Cluster.in(absolute.toRealPath(), user), lock, port);
            } catch (IOException | RuntimeException e) {
                lock.acquiredBy().close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The embedded database in " + directory + " cannot be opened", e);
        }
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?ApplicationName=bailiwick";
    }

    String password() {
        return cluster.password();
    }

    synchronized long pid() {
        return postgres.pid();
    }

    private Optional<ProcessHandle> adopt() throws IOException {
        Optional<ProcessHandle> leftover = cluster.running();
        if (leftover.isPresent() && !(cluster.listensOn(port) && answers(leftover.get(), Duration.ofSeconds(10)))) {
            log.warn("Stopping the PostgreSQL that was left running: it does not answer on port {}", port);
            stop(leftover.get());
            return Optional.empty();
        }
        leftover.ifPresent(
                found -> log.info("Took over the PostgreSQL that was left running, process {}", found.pid()));
        return leftover;
    }

    /** Starts PostgreSQL. Tries again while processes of a killed one still hold its shared memory; they end by themselves. */
    private ProcessHandle startProcess() {
        long began = System.nanoTime();
        long deadline = began + MAX_START.toNanos();
        try {
            do {
                if (isTaken()) {
                    if (System.nanoTime() - began > MAX_TAKEN.toNanos()) {
                        throw new DatabaseUnusable("PostgreSQL cannot listen on 127.0.0.1:" + port
                                + ", as another program does: end it, or choose another bailiwick.database.port");
                    }
                    Thread.sleep(PAUSE);
                    continue;
                }
                Process process = cluster.start(port);
                if (answers(process.toHandle(), MAX_START)) {
                    log.info("Started PostgreSQL on port {}, process {}", port, process.pid());
                    return process.toHandle();
                }
                process.destroy();
                Thread.sleep(PAUSE);
            } while (!closed && System.nanoTime() < deadline);
            throw new DatabaseUnusable("PostgreSQL does not start; see " + cluster.log());
        } catch (IOException e) {
            throw new DatabaseUnusable("PostgreSQL cannot be started", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseUnusable("Interrupted while PostgreSQL started", e);
        }
    }

    /** Whether another program listens on the port. Like PostgreSQL, the test sets SO_REUSEADDR. */
    private boolean isTaken() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            return false;
        } catch (BindException taken) {
            return true;
        }
    }

    /** Waits until PostgreSQL accepts connections; returns false if it ended or the time is over. */
    private boolean answers(ProcessHandle process, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (process.isAlive() && !closed && System.nanoTime() < deadline) {
            try (var connection = DriverManager.getConnection(url() + "&loginTimeout=5", "postgres", password())) {
                return connection.isValid(5);
            } catch (SQLException notYet) {
                try {
                    Thread.sleep(PAUSE);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return false;
    }

    private void watch() {
        while (true) {
            ProcessHandle watched;
            synchronized (this) {
                watched = postgres;
            }
            try {
                if (!endsWithin(BETWEEN_LOOKS, watched)) {
                    boundLog();
                    continue;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            synchronized (this) {
                if (closed) {
                    return;
                }
                log.warn("PostgreSQL, process {}, has ended; starting it again", watched.pid());
                try {
                    postgres = startProcess();
                } catch (DatabaseUnusable unusable) {
                    // Requests are answered with a failure meanwhile.
                    log.error("PostgreSQL cannot be started again; retrying", unusable);
                    try {
                        // Releases the monitor, so that close() need not wait.
                        wait(BETWEEN_TRIALS.toMillis());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                }
            }
        }
    }

    private static boolean endsWithin(Duration time, ProcessHandle process) throws InterruptedException {
        try {
            process.onExit().get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException stillRunning) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("The end of a process cannot fail", e);
        }
    }

    private void boundLog() {
        try {
            cluster.boundLog();
        } catch (IOException e) {
            // The disk may be full or missing: the database goes on, and the next look tries again.
            if (!longLogTold) {
                log.warn("The log of PostgreSQL cannot be rotated", e);
            }
            longLogTold = true;
        }
    }

    /** Stops PostgreSQL with a fast shutdown: open transactions are rolled back, and all commits are on disk. */
    @Override
    public void close() {
        // A start in progress sees this, gives up and releases the monitor.
        closed = true;
        stopAndUnlock();
    }

    private synchronized void stopAndUnlock() {
        stop(postgres);
        try {
            lock.acquiredBy().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void stop(ProcessHandle process) {
        signal(process, "INT");
        try {
            process.onExit().get(MAX_STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // An immediate shutdown: the next start recovers from the log, as after a loss of power.
            log.warn("PostgreSQL, process {}, does not stop; requesting an immediate shutdown", process.pid());
            signal(process, "QUIT");
        } catch (ExecutionException e) {
            throw new IllegalStateException("The end of a process cannot fail", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends a signal. Java itself can send only SIGTERM, at which PostgreSQL waits for its clients, and SIGKILL. */
    private static void signal(ProcessHandle process, String name) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
