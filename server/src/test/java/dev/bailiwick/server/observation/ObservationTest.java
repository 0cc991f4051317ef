package dev.bailiwick.server.observation;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;

/** A staged policy is observed, not enforced. */
@ServerTest
class ObservationTest {

    @Autowired
    private Jails jails;

    @Autowired
    private MockMvc mvc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private JailId jail = new JailId(UUID.randomUUID());

    @BeforeEach
    void makeAJail() {
        customer = fixtures.customer();
        jail = jails.define(
                        OPERATOR,
                        new NewJail(
                                customer,
                                Optional.of(fixtures.connectedHostWithPool()),
                                Optional.empty(),
                                named("web")))
                .id();
    }

    @Test
    void logsForATimeWhatTheStagedPolicyWouldRefuse() throws Exception {
        Instant before = Instant.now();
        observe(OPERATOR, "{\"profile\": \"strict2002\", \"duration\": \"2h\"}")
                .andExpect(status().isAccepted())
                .andExpect(jsonPath("$.generation").value(2))
                .andExpect(jsonPath("$.watched").value(hasItem("ptrace")));

        JailView observed = jails.find(OPERATOR, jail);
        assertThat(observed.definition().policy().profile()).isEqualTo(Profile.HOSTING);
        List<PolicyOverride> overrides = observed.definition().policy().overrides();
        assertThat(overrides).isNotEmpty().allSatisfy(override -> {
            assertThat(override.decision()).isEqualTo(OverrideDecision.parse("watch:strict2002"));
            assertThat(override.setBy()).isEqualTo("anna");
            assertThat(override.until().orElseThrow())
                    .isBetween(
                            before.plus(Duration.ofMinutes(119)), Instant.now().plus(Duration.ofHours(2)));
        });
    }

    @Test
    void observesOverridesToo() throws Exception {
        observe(OPERATOR, "{\"overrides\": [{\"call\": \"chmod\", \"decision\": \"kill\"}]}")
                .andExpect(status().isAccepted())
                .andExpect(jsonPath("$.watched.length()").value(1))
                .andExpect(jsonPath("$.watched[0]").value("chmod"));
    }

    @Test
    void changesNothingWhereNothingWouldBeRefused() throws Exception {
        observe(OPERATOR, "{}")
                .andExpect(status().isAccepted())
                .andExpect(jsonPath("$.generation").value(1))
                .andExpect(jsonPath("$.watched.length()").value(0));
        assertThat(jails.find(OPERATOR, jail).generation()).isEqualTo(1);
    }

    @Test
    void isForOperatorsAndOfWhatIsAPolicy() throws Exception {
        observe(somebodyOf(fixtures.customer()), "{\"profile\": \"strict2002\"}")
                .andExpect(status().isNotFound());
        observe(somebodyOf(customer), "{\"profile\": \"strict2002\"}").andExpect(status().isForbidden());
        observe(OPERATOR, "{\"profile\": \"lenient\"}")
                .andExpect(jsonPath("$.errors[0].pointer").value("/profile"));
        observe(OPERATOR, "{\"overrides\": [{\"call\": \"bpf\", \"decision\": \"allow\"}]}")
                .andExpect(jsonPath("$.errors[0].pointer").value("/overrides/0/decision"));
        for (String duration : List.of("1s", "31d", "long")) {
            observe(OPERATOR, "{\"profile\": \"strict2002\", \"duration\": \"" + duration + "\"}")
                    .andExpect(jsonPath("$.errors[0].pointer").value("/duration"));
        }
        assertThat(jails.find(OPERATOR, jail).generation()).isEqualTo(1);
    }

    private ResultActions observe(Caller caller, String body) throws Exception {
        return mvc.perform(post("/api/v1/jails/" + jail + "/policy:observe")
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .with(authentication(new TestingAuthenticationToken(caller, null, Fleet.authority(caller)))));
    }
}
