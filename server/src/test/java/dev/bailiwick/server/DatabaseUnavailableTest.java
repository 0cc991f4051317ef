package dev.bailiwick.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.secret.SealingKey;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.session.SessionRepository;

/** The database's connections break repeatedly, during requests of all kinds: each failed request is answered with 503. */
@WebTest
class DatabaseUnavailableTest {

    private static final Duration STORM =
            Boolean.getBoolean("bailiwick.long") ? Duration.ofMinutes(2) : Duration.ofSeconds(6);

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

    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> seen = new ConcurrentLinkedQueue<>();

    @Test
    void answersEveryFailureOfTheDatabaseWith503() throws Exception {
        User user = users.create(
                Fleet.OPERATOR, "d-" + UUID.randomUUID(), "correct horse battery", new Membership.Staff(Role.OWNER));
        Caller caller = Caller.staff(user.id(), user.login(), Role.OWNER);
        String token = tokens.issue(caller, new TokenRequest("t", Role.OWNER.scopes(), null))
                .secret();
        Visitor visitor = new Visitor(port);
        visitor.signIn(sessions, key, user);
        visitor.get("/jails");
        long deadline = System.nanoTime() + STORM.toNanos();
        List<Callable<Void>> askers = List.of(
                () -> ask(deadline, () -> visitor.get("/jails")),
                () -> ask(deadline, () -> visitor.get("/hosts")),
                () -> ask(deadline, () -> visitor.get("/no-such-page")),
                () -> ask(
                        deadline,
                        () -> visitor.form(
                                "/hosts",
                                String.valueOf(visitor.cookies().get("__Host-csrf")),
                                Map.of("name", "h" + System.nanoTime()))),
                () -> ask(deadline, () -> new Visitor(port).get("/sign-in")),
                () -> ask(deadline, () -> call(token, "/api/v1/hosts").GET()),
                () -> ask(deadline, () -> call(token, "/api/v1/jails").GET()),
                () -> ask(deadline, () -> call(token, "/api/v1/customers").POST(customer())),
                () -> ask(
                        deadline,
                        () -> call(token, "/api/v1/customers")
                                .header("Idempotency-Key", UUID.randomUUID().toString())
                                .POST(customer())));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Void>> asked = askers.stream().map(threads::submit).toList();
            breakConnections(deadline);
            for (Future<Void> one : asked) {
                one.get();
            }
        }
        assertThat(wrong).isEmpty();
        // Some requests succeeded, and some met a broken connection.
        assertThat(seen).contains(200, 201, 503);
    }

    /** A request of the test. */
    private interface Question {
        Object ask() throws Exception;
    }

    private Void ask(long deadline, Question question) throws Exception {
        while (System.nanoTime() < deadline) {
            Object asked;
            try {
                asked = question.ask();
            } catch (IOException e) {
                // The answer broke off after its head was sent, so its status could no longer change.
                continue;
            }
            HttpResponse<?> answer = asked instanceof HttpRequest.Builder request
                    ? new Visitor(port).send(request)
                    : (HttpResponse<?>) asked;
            seen.add(answer.statusCode());
            boolean told = answer.statusCode() == 503
                    && answer.headers().firstValue("Retry-After").isPresent();
            if (answer.statusCode() >= 500 && !told) {
                wrong.add(answer.request().method() + " " + answer.uri() + ": " + answer.statusCode() + " "
                        + answer.headers().map().get("retry-after") + " " + answer.body());
            }
        }
        return null;
    }

    private HttpRequest.Builder call(String token, String path) {
        return new Visitor(port)
                .request(path)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json");
    }

    private static HttpRequest.BodyPublisher customer() {
        return BodyPublishers.ofString("{\"name\":\"C\"}");
    }

    /** Ends the server's connections as a shutdown or crash of the database does: in the middle of requests. */
    private void breakConnections(long deadline) throws Exception {
        try (var connection = DriverManager.getConnection(
                        database.getJdbcUrl(), database.getUsername(), database.getPassword());
                var statement = connection.createStatement()) {
            while (System.nanoTime() < deadline) {
                statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
                statement.execute("SELECT pg_sleep(0.2)");
            }
        }
    }
}
