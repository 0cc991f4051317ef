package dev.bailiwick.server.problem;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.startsWith;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.model;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.view;

import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.request.BodyLimit;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.apache.catalina.connector.ClientAbortException;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.http.converter.json.ProblemDetailJacksonMixin;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

class ProblemsTest {

    private final JsonMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addMixIn(ProblemDetail.class, ProblemDetailJacksonMixin.class)
            .build();
    private final MockMvc http = MockMvcBuilders.standaloneSetup(new Probe())
            .setControllerAdvice(new ProblemAdvice(), new KeptBody.Keeping(json))
            .setMessageConverters(new JacksonJsonHttpMessageConverter(json))
            .addFilters(new BodyLimit(DataSize.ofBytes(100), DataSize.ofBytes(200), new ProblemWriter(json)))
            .build();

    @Test
    void saysWhatKindOfFailureItIsAndWhetherToTryAgain() throws Exception {
        http.perform(get("/api/taken"))
                .andExpect(status().isConflict())
                .andExpect(content().contentType(MediaType.APPLICATION_PROBLEM_JSON))
                .andExpect(jsonPath("$.type").value("/problems/taken"))
                .andExpect(jsonPath("$.title").value("Taken"))
                .andExpect(jsonPath("$.status").value(409))
                .andExpect(jsonPath("$.detail").value("It is taken"))
                .andExpect(jsonPath("$.instance").value("/api/taken"))
                .andExpect(jsonPath("$.retryable").value(true));
    }

    @Test
    void namesEveryFieldOfADefinition() throws Exception {
        http.perform(get("/api/definition"))
                .andExpect(status().is(422))
                .andExpect(jsonPath("$.type").value("/problems/invalid-definition"))
                .andExpect(jsonPath("$.errors[0].pointer").value("/hostname"))
                .andExpect(jsonPath("$.errors[1].message").value("is not in any pool"));
    }

    @Test
    void namesTheFieldThatCanNotBeRead() throws Exception {
        send("{\"inner\":{\"counts\":[1,\"x\"]}}")
                .andExpect(status().is(422))
                .andExpect(jsonPath("$.errors[0].pointer").value("/inner/counts/1"));
        send("{\"inner\":{\"name\":\"bad\"}}")
                .andExpect(status().is(422))
                .andExpect(jsonPath("$.errors[0].pointer").value("/inner"))
                .andExpect(jsonPath("$.errors[0].message").value("is bad"));
        send("{\"misspelt\":1}")
                .andExpect(status().is(422))
                .andExpect(jsonPath("$.errors[0].pointer").value("/misspelt"))
                .andExpect(jsonPath("$.errors[0].message").value("is not a known field"));
        send("{\"inner\":{\"counts\":[1,\"x\",2,[]],\"name\":\"bad\"},\"a\":1}")
                .andExpect(status().is(422))
                .andExpect(jsonPath("$.errors[*].pointer")
                        .value(containsInAnyOrder("/inner/counts/1", "/inner/counts/3", "/a")));
        send("{\"a\":1, ")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.type").value("/problems/malformed-request"));
    }

    @Test
    void saysWhereTheBodyStopsToBeJson() throws Exception {
        send("{\"inner\":\n }}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.type").value("/problems/malformed-request"))
                .andExpect(jsonPath("$.detail").value("The body is not JSON: line 2, column 2"));
        send("").andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.detail").value("A body is required"));
    }

    @Test
    void saysThatABodyIsMoreThanIsRead() throws Exception {
        MockMvc unbounded = MockMvcBuilders.standaloneSetup(new Probe())
                .setControllerAdvice(new ProblemAdvice())
                .setMessageConverters(new JacksonJsonHttpMessageConverter(json))
                .build();
        unbounded
                .perform(post("/api/body")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"" + "x".repeat(60_000) + "\": 1}"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.detail").value(startsWith("The body has more than 20000 values")));
    }

    @Test
    void answersWhatSpringRefusesInTheSameForm() throws Exception {
        http.perform(delete("/api/taken"))
                .andExpect(status().isMethodNotAllowed())
                .andExpect(header().string(HttpHeaders.ALLOW, "GET"))
                .andExpect(jsonPath("$.type").value("/problems/method-not-allowed"));
        http.perform(post("/api/body").contentType(MediaType.TEXT_PLAIN).content("x"))
                .andExpect(status().isUnsupportedMediaType())
                .andExpect(jsonPath("$.type").value("/problems/unsupported-media-type"));
        http.perform(get("/api/by-id/no-id"))
                .andExpect(status().isNotFound())
                .andExpect(jsonPath("$.type").value("/problems/not-found"));
    }

    @Test
    void refusesABodyThatIsTooLargeWhetherAnnouncedOrNot() throws Exception {
        String large = "{\"misspelt\":\"" + "x".repeat(200) + "\"}";
        send(large)
                .andExpect(status().is(413))
                .andExpect(jsonPath("$.type").value("/problems/body-too-large"))
                .andExpect(jsonPath("$.instance").value("/api/body"));
        MockMvc unannounced = MockMvcBuilders.standaloneSetup(new Probe())
                .setControllerAdvice(new ProblemAdvice())
                .setMessageConverters(new JacksonJsonHttpMessageConverter(json))
                .addFilters(
                        new Unannounced(),
                        new BodyLimit(DataSize.ofBytes(100), DataSize.ofBytes(200), new ProblemWriter(json)))
                .build();
        unannounced
                .perform(post("/api/body")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(large))
                .andExpect(status().is(413));
    }

    @Test
    void tellsADatabaseThatIsAwayFromAServerThatFails() throws Exception {
        http.perform(get("/api/database-unavailable"))
                .andExpect(status().isServiceUnavailable())
                .andExpect(header().string(HttpHeaders.RETRY_AFTER, "1"))
                .andExpect(jsonPath("$.retryable").value(true));
        http.perform(get("/api/broken"))
                .andExpect(status().isInternalServerError())
                .andExpect(jsonPath("$.type").value("/problems/unexpected"))
                .andExpect(jsonPath("$.detail").value("See the server's log"));
    }

    @Test
    void answersWhatFailedInAFilterInTheSameForm() throws Exception {
        MockMvcBuilders.standaloneSetup(new ContainerErrors())
                .setMessageConverters(new JacksonJsonHttpMessageConverter(json))
                .addPlaceholderValue("spring.web.error.path", "/error")
                .build()
                .perform(get("/error")
                        .requestAttr(RequestDispatcher.ERROR_STATUS_CODE, 500)
                        .requestAttr(RequestDispatcher.ERROR_REQUEST_URI, "/api/v1/jails")
                        .requestAttr(
                                RequestDispatcher.ERROR_EXCEPTION,
                                new IllegalStateException(new SQLException("gone", "08006"))))
                .andExpect(status().isServiceUnavailable())
                .andExpect(jsonPath("$.type").value("/problems/database-unavailable"))
                .andExpect(jsonPath("$.instance").value("/api/v1/jails"));
    }

    @Test
    void endsTheConnectionInTheMiddleOfAnAnswer() throws Exception {
        MockMvc halves = MockMvcBuilders.standaloneSetup(new Probe())
                .setHandlerExceptionResolvers(new HalfAnswers())
                .build();
        for (String failure : List.of("io", "spring", "taken")) {
            assertThatThrownBy(() -> halves.perform(get("/api/half/" + failure)))
                    .as(failure)
                    .hasStackTraceContaining("in the middle of the answer")
                    .rootCause()
                    .hasMessageContaining(failure);
        }
        halves.perform(get("/api/half/gone")).andExpect(content().string("half"));
        assertThatThrownBy(() -> halves.perform(get("/api/broken"))).hasMessageContaining("with a secret in it");
    }

    @Test
    void showsPeopleTheSameFailures() throws Exception {
        MockMvc pages = MockMvcBuilders.standaloneSetup(new Probe())
                .setHandlerExceptionResolvers(new PageFailures())
                .build();
        pages.perform(get("/page"))
                .andExpect(status().isConflict())
                .andExpect(view().name("error"))
                .andExpect(model().attribute("detail", "It is taken"));
    }

    private ResultActions send(String body) throws Exception {
        return http.perform(
                post("/api/body").contentType(MediaType.APPLICATION_JSON).content(body));
    }

    /** Hides the length of the body, as chunked encoding does. */
    private static final class Unannounced implements Filter {
        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            chain.doFilter(
                    new HttpServletRequestWrapper((HttpServletRequest) request) {
                        @Override
                        public long getContentLengthLong() {
                            return -1;
                        }
                    },
                    response);
        }
    }

    static final class NameTaken extends Failure {
        private static final long serialVersionUID = 1L;

        NameTaken() {
            super(ProblemType.passing(409, "taken", "Taken"), "It is taken");
        }
    }

    record Body(Inner inner) {}

    record Inner(String name, List<Integer> counts) {
        Inner {
            if ("bad".equals(name)) {
                throw new InvalidValue("is bad");
            }
        }
    }

    @RestController
    static class Probe {
        @GetMapping({"/api/taken", "/page"})
        String taken() {
            throw new NameTaken();
        }

        @GetMapping("/api/definition")
        String definition() {
            throw new InvalidDefinition(
                    List.of(new Violation("/hostname", "is empty"), new Violation("/ip/0", "is not in any pool")));
        }

        @PostMapping("/api/body")
        String body(@RequestBody Body body) {
            return body.toString();
        }

        @GetMapping("/api/by-id/{id}")
        String byId(@PathVariable UUID id) {
            return id.toString();
        }

        @GetMapping("/api/database-unavailable")
        String databaseAway() {
            throw new DataAccessResourceFailureException("x", new SQLException("gone", "57P01"));
        }

        @GetMapping("/api/half/{failure}")
        void half(@PathVariable String failure, HttpServletResponse response) throws Exception {
            response.getWriter().write("half");
            response.flushBuffer();
            throw switch (failure) {
                case "io" -> new IOException("io");
                case "spring" -> new HttpMessageNotWritableException("spring");
                case "gone" -> new IllegalStateException(new ClientAbortException(new IOException("broken pipe")));
                default -> new NameTaken();
            };
        }

        @GetMapping("/api/broken")
        String broken() {
            throw new IllegalStateException("with a secret in it");
        }
    }
}
