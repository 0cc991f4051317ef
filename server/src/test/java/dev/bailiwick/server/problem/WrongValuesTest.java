package dev.bailiwick.server.problem;

import static org.hamcrest.Matchers.startsWith;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.model;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.format.support.DefaultFormattingConversionService;
import org.springframework.format.support.FormattingConversionService;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.http.converter.json.ProblemDetailJacksonMixin;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/** An answer about a value that a field cannot have says which values it can have, wherever the value was read. */
class WrongValuesTest {

    private final JsonMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .addMixIn(ProblemDetail.class, ProblemDetailJacksonMixin.class)
            .build();
    private final MockMvc http = MockMvcBuilders.standaloneSetup(new Probe())
            .setConversionService(conversion())
            .setControllerAdvice(new ProblemAdvice(), new KeptBody.Keeping(json))
            .setMessageConverters(new JacksonJsonHttpMessageConverter(json))
            .build();
    private final MockMvc pages = MockMvcBuilders.standaloneSetup(new Probe())
            .setHandlerExceptionResolvers(new PageFailures())
            .build();

    private static FormattingConversionService conversion() {
        FormattingConversionService conversion = new DefaultFormattingConversionService();
        conversion.addConverter(String.class, JailId.class, JailId::parse);
        return conversion;
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"boss\"", "\"OWNER\"", "\"0\"", "0", "\"\"", "\" \"", "true", "1.5", "[]", "{}"})
    void namesTheValuesThatAFieldOfJsonCanHave(String value) throws Exception {
        expectInBody("role", value, "must be one of owner, operator, support, billing, customer");
    }

    @Test
    void namesTheScopesAndTheRights() throws Exception {
        expectInBody("scope", "\"jails:destroy\"", "must be one of jails:read, jails:write, jails:power");
        expectInBody("right", "\"fly\"", "must be one of ");
    }

    @Test
    void saysHowATimeIsWritten() throws Exception {
        expectInBody("at", "\"tomorrow\"", "must be a time such as 2030-01-31T12:00:00Z");
    }

    @Test
    void saysWhichNumberIsOutOfRange() throws Exception {
        expectInBody("count", "99999999999", "is too large or too small");
        expectInBody("count", "-99999999999999999999999", "is too large or too small");
        expectInBody("count", "\"x\"", "must be a whole number");
    }

    @Test
    void saysWhatAParameterMustBe() throws Exception {
        expectInQuery("limit=x", "/limit", "must be a whole number");
        expectInQuery("limit=99999999999999", "/limit", "must be a whole number");
        expectInQuery("total=perhaps", "/total", "must be true or false");
        expectInQuery("jail=7", "/jail", "is not a UUID");
        expectInQuery("files=bogus", "/files", "must be one of KEPT, DELETED");
    }

    @Test
    void saysOnAPageWhatAFieldMustBe() throws Exception {
        pages.perform(get("/page?files=bogus"))
                .andExpect(status().isBadRequest())
                .andExpect(
                        model().attribute("errors", List.of(new Violation("/files", "must be one of KEPT, DELETED"))));
        pages.perform(get("/page?version=first"))
                .andExpect(model().attribute("errors", List.of(new Violation("/version", "must be a whole number"))));
    }

    private void expectInBody(String field, String value, String start) throws Exception {
        http.perform(post("/api/body")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"" + field + "\": " + value + "}"))
                .andExpect(status().is(422))
                .andExpect(jsonPath("$.errors[0].pointer").value("/" + field))
                .andExpect(jsonPath("$.errors[0].message").value(startsWith(start)));
    }

    private void expectInQuery(String query, String pointer, String message) throws Exception {
        http.perform(get("/api/list?" + query))
                .andExpect(status().is(422))
                .andExpect(jsonPath("$.errors[0].pointer").value(pointer))
                .andExpect(jsonPath("$.errors[0].message").value(message));
    }

    record Body(Role role, Scope scope, Right right, Instant at, Integer count) {}

    @RestController
    static class Probe {
        @PostMapping("/api/body")
        String body(@RequestBody Body body) {
            return body.toString();
        }

        @GetMapping({"/api/list", "/page"})
        String list(
                @RequestParam(defaultValue = "1") int limit,
                @RequestParam(defaultValue = "1") long version,
                @RequestParam(defaultValue = "false") boolean total,
                @RequestParam(defaultValue = "KEPT") FilesFate files,
                @RequestParam Optional<JailId> jail) {
            return limit + " " + version + " " + total + " " + files + " " + jail;
        }
    }
}
