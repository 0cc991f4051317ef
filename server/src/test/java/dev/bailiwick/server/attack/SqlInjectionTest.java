package dev.bailiwick.server.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.attack.Attempts.Answer;
import dev.bailiwick.server.attack.AuthorizationTable.Over;
import dev.bailiwick.server.attack.AuthorizationTable.Row;
import dev.bailiwick.server.attack.TwoCustomers.Actor;
import dev.bailiwick.server.attack.TwoCustomers.Thing;
import dev.bailiwick.server.attack.TwoCustomers.Which;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.web.context.WebApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody puts SQL where a text is expected: in each part of a path, each parameter of a query, and each text of a body. */
@ServerTest
class SqlInjectionTest {

    private static final List<String> STRINGS = List.of(
            "' OR '1'='1",
            "'; DELETE FROM jail; --",
            "\\'; SELECT pg_sleep(10); --",
            "1 AND 1=(SELECT 1 FROM pg_sleep(10))",
            "x' || (SELECT pg_sleep(10)::text) || 'x",
            "{\"a\",\"b\"}",
            ":visible ? ::uuid[]",
            "%' ESCAPE '!");

    /** Half of the sleep: a request that slept took longer. */
    private static final Duration SLEPT = Duration.ofSeconds(5);

    private static final Pattern VARIABLE = Pattern.compile("\\{[a-z]+}");
    private static final Pattern TEXT = Pattern.compile("(?<=[:\\[] ?)\"[^\"]*\"|(?<==)[^&]*");

    private final Attempts attempts;
    private final Users users;
    private final Actor owner;
    private final Thing own;
    private final JsonMapper json = new JsonMapper();
    private final Map<String, String> open = new TreeMap<>();
    private int tried;

    @Autowired
    SqlInjectionTest(WebApplicationContext context, Users users) {
        this.attempts = new Attempts(context);
        this.users = users;

        TwoCustomers world = TwoCustomers.Maker.make(context);
        owner = world.actor("owner");
        own = world.thing(Which.OWN, owner);
    }

    private Answer send(Row row, String address, String body, String what) {
        Answer answer;
        long took;
        int times = 0;
        do {
            long began = System.nanoTime();
            answer = attempts.send(Attempts.as(
                    Attempts.of(row, address, body),
                    row,
                    users.inSession(owner.user()).orElseThrow(),
                    owner.token()));
            took = System.nanoTime() - began;
            // A statement sleeps each time, and a busy machine does not.
        } while (took > SLEPT.toNanos() && ++times < 3);
        tried++;
        if (answer.status() >= 500 || took > SLEPT.toNanos()) {
            open.put(row.operation() + " " + what, answer.toString());
        }
        return answer;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Test
    void inPaths() {
        for (Row row : AuthorizationTable.all()) {
            for (String variable : VARIABLE.matcher(row.path())
                    .results()
                    .map(MatchResult::group)
                    .toList()) {
                for (String text : STRINGS) {
                    Row changed = new Row(
                            row.method() + " " + row.path().replace(variable, encoded(text)),
                            row.scopes(),
                            row.right(),
                            row.over(),
                            row.body());
                    Answer answer = send(row, Attempts.address(changed, own), own.filled(row.body()), text);
                    if (answer.wrote() || answer.status() < 300 && row.over() != Over.NOTHING) {
                        open.put(row.operation() + " " + text, answer.toString());
                    }
                }
            }
        }
        assertThat(tried).isGreaterThan(500);
        assertThat(open).isEmpty();
    }

    @Test
    void inQueries() {
        JsonNode paths = json.readTree(attempts.send(Attempts.of(row("GET /api/openapi.json"), own))
                        .text())
                .get("paths");
        for (Row row : AuthorizationTable.api()) {
            for (String parameter : parameters(paths, row)) {
                for (String text : STRINGS) {
                    String address = Attempts.address(row, own).replaceFirst("\\?.*", "");
                    send(row, address + "?" + parameter + "=" + encoded(text), own.filled(row.body()), parameter);
                }
            }
        }
        for (String parameter : Set.of("q", "phase", "host", "label", "sort", "from", "customer", "removed")) {
            for (String text : STRINGS) {
                send(row("GET /jails"), "/jails?" + parameter + "=" + encoded(text), "", parameter);
                send(row("GET /hosts"), "/hosts?" + parameter + "=" + encoded(text), "", parameter);
            }
        }
        assertThat(tried).isGreaterThan(200);
        assertThat(open).isEmpty();
    }

    @Test
    void findsNothingByACondition() {
        for (String text : STRINGS) {
            Answer answer = send(row("GET /api/v1/jails"), "/api/v1/jails?q=" + encoded(text), "", text);
            assertThat(answer.text()).as(text).doesNotContain(own.jail().toString());
        }
        assertThat(open).isEmpty();
    }

    private static List<String> parameters(JsonNode paths, Row row) {
        List<String> names = new ArrayList<>();
        JsonNode operation = paths.path(row.path()).path(row.method().toLowerCase(java.util.Locale.ROOT));
        StreamSupport.stream(operation.path("parameters").spliterator(), false)
                .filter(parameter -> parameter.get("in").asString().equals("query"))
                .forEach(parameter -> names.add(parameter.get("name").asString()));
        return names;
    }

    private static Row row(String operation) {
        return AuthorizationTable.all().stream()
                .filter(row -> row.operation().equals(operation))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void inBodies() {
        for (Row row : AuthorizationTable.all()) {
            String body = own.filled(row.body());
            Matcher text = TEXT.matcher(body);
            while (text.find()) {
                for (String sql : STRINGS) {
                    boolean quoted = text.group().startsWith("\"");
                    String put = quoted ? json.writeValueAsString(sql) : encoded(sql);
                    String changed = body.substring(0, text.start()) + put + body.substring(text.end());
                    send(row, Attempts.address(row, own), changed, text.group() + " " + sql);
                }
            }
        }
        assertThat(tried).isGreaterThan(300);
        assertThat(open).isEmpty();
    }
}
