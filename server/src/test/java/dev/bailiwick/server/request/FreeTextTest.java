package dev.bailiwick.server.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Fleet.Fixtures;
import dev.bailiwick.server.ServerTest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** Sends each character that is not shown as written through each field that accepts text. */
@ServerTest
class FreeTextTest {

    private static final List<String> FORBIDDEN = List.of(
            "\\u0000", "\\u0007", "\\n", "\\r", "\\t", "\\u001b", "\\u007f", "\\u0085", "\\u200e", "\\u200f", "\\u061c",
            "\\u2028", "\\u2029", "\\u202a", "\\u202e", "\\u2066", "\\u2069", "\\ud83d", "\\ude00");

    private final MockMvc http;
    private final JdbcClient jdbc;
    private final String customer;
    private final String host;

    @Autowired
    FreeTextTest(MockMvc http, Fixtures fixtures, JdbcClient jdbc) {
        this.http = http;
        this.jdbc = jdbc;
        this.customer = fixtures.customer().toString();
        this.host = fixtures.connectedHostWithPool().toString();
    }

    /** A field that accepts text: the body of a request, with X in place of the text, and the field that the answer must name. */
    private record Door(String path, String body, String pointer) {}

    private List<Door> doors() {
        String jail = "\"customer\": \"" + customer + "\", \"host\": \"" + host + "\"";
        String override =
                ", \"policy\": {\"overrides\": [{\"call\": \"ptrace\", \"decision\": \"allow\", \"reason\": \"X\"}]}";
        return List.of(
                new Door("customers", "{\"name\": \"X\"}", "/name"),
                new Door("customers", "{\"name\": \"a\", \"externalId\": \"X\"}", "/externalId"),
                new Door("tokens", "{\"name\": \"X\", \"scopes\": [\"jails:read\"]}", "/name"),
                new Door(
                        "users",
                        "{\"login\": \"X\", \"password\": \"long enough for all\", \"role\": \"operator\"}",
                        "/login"),
                new Door("pools", "{\"range\": \"198.51.100.0/29\", \"description\": \"X\"}", "/description"),
                new Door("hosts", "{\"name\": \"X\"}", "/name"),
                new Door("jails", "{\"name\": \"X\", " + jail + "}", "/name"),
                new Door("jails", "{\"name\": \"a\", \"hostname\": \"X\", " + jail + "}", "/hostname"),
                new Door("jails", "{\"name\": \"a\", \"externalId\": \"X\", " + jail + "}", "/externalId"),
                new Door("jails", "{\"name\": \"a\", \"path\": \"/var/lib/bailiwick/jails/X\", " + jail + "}", "/path"),
                new Door("jails", "{\"name\": \"a\", " + jail + override + "}", "/policy/overrides/0/reason"));
    }

    @Test
    void theApiNamesTheField() throws Exception {
        Map<String, String> wrong = new TreeMap<>();
        for (Door door : doors()) {
            for (String character : FORBIDDEN) {
                MockHttpServletResponse answer = answer(post("/api/v1/" + door.path)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(door.body.replace("X", "a" + character + "b")));
                String body = answer.getContentAsString(StandardCharsets.UTF_8);
                if (answer.getStatus() != 422 || !body.contains("\"pointer\":\"" + door.pointer + "\"")) {
                    wrong.put(door + " with " + character, answer.getStatus() + " " + body);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void searchesAndFormsRefuseItToo() throws Exception {
        Map<String, Integer> wrong = new LinkedHashMap<>();
        for (int c : new int[] {0, 9, 10, 13, 0x1b, 0x7f, 0x85, 0x200f, 0x2028, 0x2029, 0x202e, 0x2067}) {
            String text = "a" + Character.toString(c) + "b";
            List<MockHttpServletRequestBuilder> requests = List.of(
                    get("/api/v1/jails").param("q", text),
                    get("/jails").param("q", text),
                    post("/hosts").with(csrf()).param("name", text),
                    post("/jails")
                            .with(csrf())
                            .param("name", "a")
                            .param("customer", customer)
                            .param("host", host)
                            .param("path", "/var/lib/bailiwick/jails/" + text));
            for (int i = 0; i < requests.size(); i++) {
                int status = answer(requests.get(i)).getStatus();
                if (status != 422 && status != 400) {
                    wrong.put("request " + i + String.format(" with U+%04X", c), status);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void theDatabaseHoldsWhatTheTypeHolds() {
        for (int c : new int[] {1, 9, 10, 0x7f, 0x85, 0x9f, 0x61c, 0x200e, 0x2028, 0x202e, 0x2066, 0x2069}) {
            assertThatThrownBy(() -> jdbc.sql("INSERT INTO customer (id, name, created_at) VALUES (uuidv7(), ?, now())")
                            .param("a" + Character.toString(c) + "b")
                            .update())
                    .as("U+%04X", c)
                    .isInstanceOf(DataAccessException.class);
        }
        jdbc.sql("INSERT INTO customer (id, name, created_at) VALUES (uuidv7(), ?, now())")
                .param("קפה 👩‍🚀 نیم‌فاصله")
                .update();
    }

    private MockHttpServletResponse answer(MockHttpServletRequestBuilder request) throws Exception {
        return http.perform(request.with(operator())).andReturn().getResponse();
    }

    private static RequestPostProcessor operator() {
        return authentication(new TestingAuthenticationToken(Fleet.OPERATOR, "", "ROLE_STAFF"));
    }
}
