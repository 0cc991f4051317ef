package dev.bailiwick.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.secret.SealingKey;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.session.SessionRepository;

/** The disk on which the database has its customers is full: a small file system of this test's own. */
@WebTest
class DatabaseFullTest {

    private static final int ENOUGH = 1_000;
    private static final String NAME = "C".repeat(200);

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private JdbcConnectionDetails database;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    @Test
    void answersWith507UntilThereIsSpace() throws Exception {
        User user = users.create(
                Fleet.OPERATOR, "f-" + UUID.randomUUID(), "correct horse battery", new Membership.Staff(Role.OWNER));
        Caller caller = Caller.staff(user.id(), user.login(), Role.OWNER);
        String token = tokens.issue(caller, new TokenRequest("t", Role.OWNER.scopes(), null))
                .secret();
        Visitor visitor = new Visitor(port);
        visitor.signIn(sessions, key, user);
        Path disk = Files.createTempDirectory(Path.of("/tmp"), "bailiwick-full-");
        assumeTrue(
                ran("mount", "-t", "tmpfs", "-o", "size=4m,mode=0777", "small", disk.toString()),
                "a small disk can be mounted here, which takes root");
        try {
            Path space = Files.createDirectory(disk.resolve("space"));
            assumeTrue(ran("chmod", "0777", space.toString()) && ran("chown", owner(), space.toString()));
            execute("CREATE TABLESPACE small LOCATION '" + space + "'");
            execute("ALTER TABLE customer SET TABLESPACE small");
            Path filler = disk.resolve("filler");
            fill(filler);

            HttpResponse<String> full = createUntilItFails(token);
            assertThat(full.statusCode()).as(full.body()).isEqualTo(507);
            assertThat(full.headers().firstValue("Retry-After")).isPresent();
            assertThat(full.body()).contains("\"/problems/database-full\"", "\"retryable\":true", "Nothing was stored");
            assertThat(visitor.get("/jails").statusCode()).isEqualTo(200);

            Files.delete(filler);
            assertThat(create(token).statusCode()).isEqualTo(201);
        } finally {
            execute("ALTER TABLE customer SET TABLESPACE pg_default");
            execute("DELETE FROM customer WHERE name = '" + NAME + "'");
            execute("DROP TABLESPACE IF EXISTS small");
            ran("umount", disk.toString());
            Files.delete(disk);
        }
    }

    /** Rows go to the last page until that is full. */
    private HttpResponse<String> createUntilItFails(String token) throws Exception {
        HttpResponse<String> answer = create(token);
        for (int i = 0; i < ENOUGH && answer.statusCode() == 201; i++) {
            answer = create(token);
        }
        return answer;
    }

    private HttpResponse<String> create(String token) throws Exception {
        return new Visitor(port)
                .send(new Visitor(port)
                        .request("/api/v1/customers")
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"name\":\"" + NAME + "\"}")));
    }

    private static void fill(Path filler) {
        try {
            Files.write(filler, new byte[8 << 20]);
            throw new AssertionError("the disk is not small");
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    private void execute(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(
                        database.getJdbcUrl(), database.getUsername(), database.getPassword());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Who the database's files belong to. */
    private String owner() throws SQLException, IOException {
        try (var connection = DriverManager.getConnection(
                        database.getJdbcUrl(), database.getUsername(), database.getPassword());
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SHOW data_directory")) {
            assertThat(rows.next()).isTrue();
            Path data = Path.of(rows.getString(1));
            assumeTrue(Files.isDirectory(data), "the database is on this machine");
            return Files.getAttribute(data, "unix:uid").toString();
        }
    }

    private static boolean ran(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }
}
