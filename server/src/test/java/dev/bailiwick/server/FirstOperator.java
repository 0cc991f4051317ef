package dev.bailiwick.server;

import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.request;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole server with its first operator, who gets in by the file that a new server writes; all such tests share one. */
@SpringBootTest
@Import(TestDatabase.class)
public abstract class FirstOperator {

    protected static final Path DIRECTORY = directory();

    @Autowired
    protected WebApplicationContext context;

    @Autowired
    protected JsonMapper json;

    protected MockMvc http;
    protected JsonNode admin;

    @DynamicPropertySource
    protected static void firstOperator(DynamicPropertyRegistry registry) {
        registry.add("bailiwick.bootstrap.file", () -> DIRECTORY.resolve("admin.json"));
    }

    private static Path directory() {
        try {
            Path created = Files.createTempDirectory("bailiwick-first-operator-");
            created.toFile().deleteOnExit();
            created.resolve("admin.json").toFile().deleteOnExit();
            return created;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeEach
    protected void readHowToGetIn() throws Exception {
        http = MockMvcBuilders.webAppContextSetup(context)
                .apply(springSecurity())
                .build();
        admin = json.readTree(Files.readString(DIRECTORY.resolve("admin.json")));
    }

    protected String issued(String scopes, @Nullable Instant expiry) throws Exception {
        String until = expiry == null ? "" : ",\"expiresAt\":\"" + expiry + "\"";
        return created(post("/api/v1/tokens"), "{\"name\":\"t\",\"scopes\":[" + scopes + "]" + until + "}")
                .get("secret")
                .asString();
    }

    protected static MockHttpServletRequestBuilder with(String token, MockHttpServletRequestBuilder request) {
        return request.header(HttpHeaders.AUTHORIZATION, "Bearer " + token).contentType(MediaType.APPLICATION_JSON);
    }

    protected MockHttpSession signedIn(String login, String password) throws Exception {
        HttpSession session = http.perform(
                        post("/sign-in").with(csrf()).param("login", login).param("password", password))
                .andExpect(redirectedUrl("/jails"))
                .andReturn()
                .getRequest()
                .getSession();
        return (MockHttpSession) Objects.requireNonNull(session);
    }

    protected JsonNode created(MockHttpServletRequestBuilder request, String body) throws Exception {
        return json.readTree(http.perform(
                        asAdmin(request).contentType(MediaType.APPLICATION_JSON).content(body))
                .andExpect(status().isCreated())
                .andReturn()
                .getResponse()
                .getContentAsString());
    }

    protected MockHttpServletRequestBuilder asAdmin(MockHttpServletRequestBuilder request) {
        return request.header(
                HttpHeaders.AUTHORIZATION, "Bearer " + admin.get("token").asString());
    }
}
