package dev.bailiwick.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The PostgreSQL of a fleet's server.
 *
 * @param url for JDBC
 * @param directory where the server keeps it
 */
record FleetDatabase(String url, Path directory) {

    String password() throws IOException {
        return Files.readString(directory.resolve("password")).strip();
    }

    /** Returns the current process of the server's PostgreSQL. */
    ProcessHandle process() throws IOException {
        Path data = directory.resolve("data");
        long pid = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip());
        if (!Files.isSameFile(Path.of("/proc", Long.toString(pid), "cwd"), data)) {
            throw new IllegalStateException("Process " + pid + " is not the PostgreSQL of " + data);
        }
        return ProcessHandle.of(pid).orElseThrow();
    }

    /** Returns the number of rows of each table. */
    Map<String, Long> rows() throws IOException, SQLException {
        Map<String, Long> rows = new TreeMap<>();
        try (Connection connection = connect();
                PreparedStatement tables = connection.prepareStatement("""
                        SELECT relname, (xpath('/row/count/text()', query_to_xml(
                                format('SELECT count(*) FROM %I', relname), false, true, '')))[1]::text::bigint
                        FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
                        """);
                ResultSet found = tables.executeQuery()) {
            while (found.next()) {
                rows.put(found.getString(1), found.getLong(2));
            }
        }
        return rows;
    }

    /** Returns the ids of all subjects of audit events. */
    Set<String> auditedSubjects() throws IOException, SQLException {
        Set<String> subjects = new HashSet<>();
        try (Connection connection = connect();
                PreparedStatement events = connection.prepareStatement("SELECT DISTINCT subject_id FROM audit_event");
                ResultSet found = events.executeQuery()) {
            while (found.next()) {
                subjects.add(found.getString(1));
            }
        }
        return subjects;
    }

    /** Returns the number of recorded events that are not in the chain yet. */
    long unsealedEvents() throws IOException, SQLException {
        try (Connection connection = connect();
                PreparedStatement unsealed = connection.prepareStatement("SELECT count(*) FROM unsealed_event");
                ResultSet found = unsealed.executeQuery()) {
            found.next();
            return found.getLong(1);
        }
    }

    /** Returns the number of audit events that were changed, or that do not follow the previous one without a gap. */
    long brokenAuditEvents() throws IOException, SQLException {
        try (Connection connection = connect();
                PreparedStatement broken = connection.prepareStatement("""
                        SELECT count(*) FROM (
                            SELECT e.hash <> audit_event_hash(e)
                                OR e.id <> 1 + lag(e.id, 1, 0::bigint) OVER chain
                                OR e.previous_hash <> lag(e.hash, 1, e.previous_hash) OVER chain AS is_broken
                            FROM audit_event e WINDOW chain AS (ORDER BY e.id)) checked
                        WHERE is_broken
                        """);
                ResultSet found = broken.executeQuery()) {
            found.next();
            return found.getLong(1);
        }
    }

    /** What a test does meanwhile. */
    interface Work {
        void run() throws Exception;
    }

    /**
     * Runs {@code begin}, and {@code work} once a transaction waits for a host, while another transaction holds the rows of all hosts.
     */
    void holdingHosts(Runnable begin, Work work) throws Exception {
        try (Connection holder = connect();
                Connection observer = connect()) {
            holder.setAutoCommit(false);
            try (PreparedStatement lock = holder.prepareStatement("SELECT id FROM host FOR UPDATE")) {
                lock.executeQuery().close();
            }
            begin.run();
            try (PreparedStatement waiting =
                    observer.prepareStatement("SELECT count(*) FROM pg_locks WHERE NOT granted")) {
                await("a transaction waits for a host")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> {
                            try (ResultSet found = waiting.executeQuery()) {
                                return found.next() && found.getLong(1) > 0;
                            }
                        });
            }
            work.run();
            holder.rollback();
        }
    }

    private Connection connect() throws IOException, SQLException {
        return DriverManager.getConnection(url, "postgres", password());
    }
}
