package dev.bailiwick.server.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bailiwick.server.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDatabaseTest {

    private static final Optional<SystemUser> USER = SystemUser.unprivileged(null);

    /** Contains a database as its first start leaves it. Tests start with a copy, because PostgreSQL needs seconds to create one. */
    @TempDir
    private static Path created;

    @TempDir
    private Path directory;

    private int port;

    @BeforeAll
    static void create() throws IOException {
        Files.setPosixFilePermissions(created, PosixFilePermissions.fromString("rwx--x--x"));
        EmbeddedDatabase.open(created.resolve("database"), Ports.take(), USER).close();
    }

    @BeforeEach
    void prepare() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        copyTo(directory.resolve("database"));
        port = Ports.take();
    }

    private static void copyTo(Path target) throws Exception {
        assertThat(new ProcessBuilder("cp", "-a", created.resolve("database").toString(), target.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void keepsWhatWasCommittedThroughKillsAndRestarts() throws Exception {
        try (EmbeddedDatabase database = open()) {
            execute(database, "CREATE TABLE kept (n int)");
            execute(database, "INSERT INTO kept VALUES (1)");

            long killed = database.pid();
            assertThat(ProcessHandle.of(killed).orElseThrow().destroyForcibly()).isTrue();

            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(50))
                    .untilAsserted(() -> {
                        assertThat(database.pid()).isNotEqualTo(killed);
                        assertThat(kept(database)).isEqualTo(1);
                    });
            execute(database, "INSERT INTO kept VALUES (2)");
        }
        try (EmbeddedDatabase database = open()) {
            assertThat(kept(database)).isEqualTo(2);
        }
    }

    @Test
    void takesOverThePostgresThatAKilledServerLeft() throws Exception {
        open().close();
        Cluster cluster = Cluster.in(directory.resolve("database").toRealPath(), USER);
        long left = cluster.start(port).pid();

        try (EmbeddedDatabase database = open()) {
            assertThat(database.pid()).isEqualTo(left);
            execute(database, "CREATE TABLE kept (n int)");
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> ProcessHandle.of(left).isEmpty());
    }

    @Test
    void stopsALeftoverThatListensElsewhere() throws Exception {
        open().close();
        Cluster cluster = Cluster.in(directory.resolve("database").toRealPath(), USER);
        long left = cluster.start(Ports.take()).pid();
        await().atMost(Duration.ofSeconds(60)).until(() -> cluster.running().isPresent());

        try (EmbeddedDatabase database = open()) {
            assertThat(database.pid()).isNotEqualTo(left);
            assertThat(ProcessHandle.of(left)).isEmpty();
        }
    }

    @Test
    void isNotMisledByAPidThatIsSomebodyElsesNow() throws Exception {
        open().close();
        Path pidFile = directory.resolve("database/data/postmaster.pid");
        Files.writeString(pidFile, ProcessHandle.current().pid() + "\n");

        try (EmbeddedDatabase database = open()) {
            assertThat(database.pid()).isNotEqualTo(ProcessHandle.current().pid());
        }
    }

    @Test
    void keepsASecondServerOut() {
        try (EmbeddedDatabase database = open()) {
            assertThat(database.pid()).isPositive();
            assertThatThrownBy(this::open).isInstanceOf(DatabaseUnusable.class).hasMessageContaining("Another server");
        }
    }

    @Test
    void servesADirectoryWhoseNameAShellWouldRead() throws Exception {
        Path named = directory.resolve("the \"first\" it's $HOME ${none.such} `false` \\n äß");
        // The programs stay, but the data is created again, in this directory.
        copyTo(named);
        Files.move(named.resolve("data"), directory.resolve("data"));
        for (int times = 0; times < 2; times++) {
            try (EmbeddedDatabase database = EmbeddedDatabase.open(named, port, USER)) {
                assertThat(value(database, "SHOW data_directory")).isEqualTo(named + "/data");
            }
        }
    }

    @Test
    void saysSoonThatAnotherProgramHasItsPort() throws Exception {
        try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertTimeout(
                    Duration.ofSeconds(30),
                    () -> assertThatThrownBy(this::open)
                            .isInstanceOf(DatabaseUnusable.class)
                            .hasMessageContaining("127.0.0.1:" + other.getLocalPort())
                            .hasMessageContaining("bailiwick.database.port"));
        }
    }

    @Test
    void isDurableAndClosedToOthers() throws Exception {
        try (EmbeddedDatabase database = open()) {
            for (String setting : new String[] {"fsync", "synchronous_commit", "full_page_writes"}) {
                assertThat(value(database, "SHOW " + setting)).isEqualTo("on");
            }
            assertThat(value(database, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(value(database, "SHOW unix_socket_directories")).isEmpty();
            assertThatThrownBy(() -> DriverManager.getConnection(database.url(), "postgres", "guess"))
                    .hasMessageContaining("password authentication failed");
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(directory.resolve("database/password"))))
                    .isEqualTo("rw-------");
        }
    }

    /** PostgreSQL logs every statement that fails, so that whoever finds one could fill the disk. */
    @Test
    void boundsTheLogOfARunningPostgres() throws Exception {
        Path log = directory.resolve("database/postgresql.log");
        try (EmbeddedDatabase database = open()) {
            fail(database, 12 << 20);
            await().atMost(Duration.ofSeconds(60)).until(() -> Files.size(log) < 1 << 20);
            assertThat(Files.size(log.resolveSibling("postgresql.log.1"))).isGreaterThan(10 << 20);

            execute(database, "CREATE TABLE kept (n int)");
            fail(database, 1 << 20);
            assertThat(Files.readString(log)).as("what is written after it").startsWith("20");
        }
    }

    /** Has PostgreSQL log statements that fail, of this many bytes in all. */
    private static void fail(EmbeddedDatabase database, int bytes) {
        int each = 1 << 20;
        for (int written = 0; written < bytes; written += each) {
            assertThatThrownBy(() -> execute(database, "SELECT '" + "x".repeat(each) + "' FROM nowhere"))
                    .hasMessageContaining("nowhere");
        }
    }

    @Test
    void doesNotRunAsRoot() throws Exception {
        assumeTrue(USER.isPresent(), "only root has another user run PostgreSQL");
        try (EmbeddedDatabase database = open()) {
            String status = Files.readString(Path.of("/proc", String.valueOf(database.pid()), "status"));
            assertThat(status.lines().filter(line -> line.startsWith("Uid:")))
                    .containsExactly("Uid:\t%1$d\t%1$d\t%1$d\t%1$d"
                            .formatted(USER.orElseThrow().uid()));
            assertThat(status).contains("CapEff:\t0000000000000000").contains("CapBnd:\t0000000000000000");
        }
    }

    @Test
    void saysWhichDirectoryShutsPostgresOut() throws Exception {
        assumeTrue(USER.isPresent(), "only root has another user run PostgreSQL");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));

        assertThatThrownBy(this::open)
                .isInstanceOf(DatabaseUnusable.class)
                .hasMessageContaining("may not enter " + directory);
    }

    private EmbeddedDatabase open() {
        return EmbeddedDatabase.open(directory.resolve("database"), port, USER);
    }

    private static Connection connect(EmbeddedDatabase database) throws SQLException {
        return DriverManager.getConnection(database.url(), "postgres", database.password());
    }

    private static void execute(EmbeddedDatabase database, String sql) throws SQLException {
        try (var connection = connect(database);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String value(EmbeddedDatabase database, String sql) throws SQLException {
        try (var connection = connect(database);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static int kept(EmbeddedDatabase database) throws SQLException {
        return Integer.parseInt(value(database, "SELECT count(*) FROM kept"));
    }
}
