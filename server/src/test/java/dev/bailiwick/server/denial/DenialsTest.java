package dev.bailiwick.server.denial;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.DenialAnswer;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.denial.DeniedCalls.DeniedCall;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** The counts of blocked calls from hosts, and their visibility. */
@ServerTest
class DenialsTest {

    private static final UUID RUN = UUID.randomUUID();

    @Autowired
    private Denials denials;

    @Autowired
    private Jails jails;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private MockMvc mvc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private JailId jail = new JailId(UUID.randomUUID());

    @BeforeEach
    void makeAJail() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        jail = define(host, "web").id();
    }

    @Test
    void sumsUpBatchesAndHours() {
        denials.count(host, RUN, 1, List.of(denied("ptrace", 3, now), denied("ptrace", 4, now), denied("bpf", 1, now)));
        denials.count(host, RUN, 2, List.of(denied("ptrace", 5, now.minus(Duration.ofHours(2)))));

        assertThat(of(24)).containsExactly(row("ptrace", "EPERM", 12, false), row("bpf", "EPERM", 1, false));
        assertThat(of(1)).extracting(DeniedCall::count).containsExactly(7L, 1L);
    }

    /** Otherwise what every login and every thread does would hide what a program lacks. */
    @Test
    void tellsHarmlessFallbacksFromCallsThatAProgramLacks() throws Exception {
        denials.count(
                host,
                RUN,
                1,
                List.of(
                        denied("clone3", 900, now),
                        denied("keyctl", 3, now),
                        denied("mount", 2, now),
                        denied("socket", 1, now)));

        assertThat(of(24)).extracting(DeniedCall::call).containsExactly("clone3", "keyctl", "mount", "socket");
        assertThat(of(24))
                .filteredOn(call -> call.fallback() != null)
                .extracting(DeniedCall::call)
                .containsExactly("clone3", "keyctl");
        assertThat(of(24).getFirst().fallback()).contains("clone instead");
        assertThat(of(24).getLast().unless()).contains("AF_UNIX");
        String page = mvc.perform(get("/jails/" + jail + "/denials").with(as(OPERATOR)))
                .andReturn()
                .getResponse()
                .getContentAsString();
        int folded = page.indexOf("<details class=\"fold\" id=\"denials-replaced\"");
        assertThat(page.indexOf("<code>mount</code>")).isPositive().isLessThan(folded);
        assertThat(page.indexOf("<code>clone3</code>")).isGreaterThan(folded);
        assertThat(page).contains("2 calls that programs do without");
    }

    private DeniedCall row(String call, String answer, long count, boolean atLeast) {
        return DeniedCall.of(Policy.of(Profile.HOSTING), call, answer, count, atLeast, now);
    }

    @Test
    void countsABatchOnceHoweverOftenItComes() throws Exception {
        List<Callable<Boolean>> sessions = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            sessions.add(() -> {
                denials.count(host, RUN, 1, List.of(denied("ptrace", 3, now)));
                return true;
            });
        }
        try (ExecutorService replicas = Executors.newFixedThreadPool(4)) {
            for (var session : replicas.invokeAll(sessions)) {
                assertThat(session.get()).isTrue();
            }
        }
        denials.count(host, RUN, 2, List.of(denied("ptrace", 2, now)));
        denials.count(host, RUN, 1, List.of(denied("ptrace", 3, now)));
        assertThat(of(24)).extracting(DeniedCall::count).containsExactly(5L);

        denials.count(host, UUID.randomUUID(), 1, List.of(denied("ptrace", 1, now)));
        assertThat(of(24))
                .as("another run begins from scratch")
                .extracting(DeniedCall::count)
                .containsExactly(6L);
    }

    @Test
    void countsForAHostItsOwnJailsOnly() {
        HostId other = fixtures.connectedHostWithPool();
        denials.count(other, RUN, 1, List.of(denied("ptrace", 3, now)));
        denials.count(
                host,
                RUN,
                1,
                List.of(new Denial(new JailId(UUID.randomUUID()), "ptrace", new DenialAnswer.Killed(), 1, false, now)));
        assertThat(of(24)).isEmpty();
    }

    @Test
    void remembersThatACountIsALowerBound() {
        denials.count(host, RUN, 1, List.of(denied("ptrace", 3, now)));
        denials.count(
                host, RUN, 2, List.of(new Denial(jail, "ptrace", new DenialAnswer.Failed(Errno.EPERM), 1, true, now)));
        assertThat(of(24)).containsExactly(row("ptrace", "EPERM", 4, true));
    }

    @Test
    void keepsNoHourToComeAndNoneFromLongAgo() {
        denials.count(
                host,
                RUN,
                1,
                List.of(
                        denied("ptrace", 1, now.plus(Duration.ofDays(400))),
                        denied("bpf", 1, now.minus(Duration.ofDays(31)))));
        assertThat(of(720)).extracting(DeniedCall::call).containsExactly("ptrace");
        assertThat(of(1)).extracting(DeniedCall::call).containsExactly("ptrace");
    }

    @Test
    void forgetsWhatIsOlderThanAMonth() {
        denials.count(host, RUN, 1, List.of(denied("ptrace", 1, now), denied("bpf", 1, now)));
        jdbc.sql("UPDATE denial SET hour = hour - interval '31 days' WHERE jail_id = ? AND call = 'bpf'")
                .param(jail.value())
                .update();
        denials.forgetOld();
        assertThat(jdbc.sql("SELECT call FROM denial WHERE jail_id = ?")
                        .param(jail.value())
                        .query(String.class)
                        .list())
                .containsExactly("ptrace");
    }

    @Test
    void survivesCountsThatNobodyCanReach() {
        for (int batch = 1; batch <= 3; batch++) {
            denials.count(host, RUN, batch, List.of(denied("ptrace", Long.MAX_VALUE / 2, now)));
        }
        assertThat(of(24)).extracting(DeniedCall::count).containsExactly(Long.MAX_VALUE);
    }

    @Test
    void tellsTheOwnerAndOperatorsButNobodyElse() throws Exception {
        denials.count(host, RUN, 1, List.of(denied("ptrace", 1204, now)));
        for (Caller caller : List.of(OPERATOR, somebodyOf(customer))) {
            mvc.perform(get("/api/v1/jails/" + jail + "/denials").with(as(caller)))
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.items.length()").value(1))
                    .andExpect(jsonPath("$.items[0].call").value("ptrace"))
                    .andExpect(jsonPath("$.items[0].answer").value("EPERM"))
                    .andExpect(jsonPath("$.items[0].count").value(1204))
                    .andExpect(jsonPath("$.items[0].atLeast").value(false))
                    .andExpect(jsonPath("$.items[0].lastSeen").value(now.toString()));
        }
        Caller stranger = somebodyOf(fixtures.customer());
        mvc.perform(get("/api/v1/jails/" + jail + "/denials").with(as(stranger)))
                .andExpect(status().isNotFound());
        mvc.perform(get("/jails/" + jail + "/denials").with(as(stranger))).andExpect(status().isNotFound());
        assertThatThrownBy(() -> denials.of(stranger, jail, 24)).isInstanceOf(JailNotFound.class);
    }

    @Test
    void refusesAWindowThatCanNotBe() throws Exception {
        for (String hours : List.of("0", "-1", "721", "day")) {
            mvc.perform(get("/api/v1/jails/" + jail + "/denials?hours=" + hours).with(as(OPERATOR)))
                    .andExpect(status().is4xxClientError());
        }
    }

    @Test
    void showsOperatorsTheWayToAllowACall() throws Exception {
        denials.count(host, RUN, 1, List.of(denied("add_key", 1204, now), denied("bpf", 2, now), unknown(9)));
        String section = html("/jails/" + jail + "/denials", OPERATOR);
        assertThat(section)
                .contains("add_key", "1,204", "EPERM", "cannot be allowed", "unknown call numbers")
                .containsOnlyOnce("?override=")
                .doesNotContain("??", "<main");
        Matcher link = Pattern.compile("href=\"(/jails/[^\"]*[?]override=[^\"#]*)#add-override\"")
                .matcher(section);
        assertThat(link.find()).isTrue();
        URI address = URI.create(link.group(1).replace("&amp;", "&"));
        String form = mvc.perform(get(address).with(as(OPERATOR)))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString();
        assertThat(form).contains("value=\"add_key\"", "Blocked with EPERM 1,204 times within 24 hours");

        assertThat(html("/jails/" + jail + "/denials", somebodyOf(customer)))
                .contains("add_key", "1,204")
                .doesNotContain("override=");
    }

    @Test
    void isAPageOfItsOwnForWhoeverHasNoScript() throws Exception {
        String page = mvc.perform(get("/jails/" + jail + "/denials").with(as(OPERATOR)))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString();
        assertThat(page).contains("<main", "<h1", "No calls were blocked").doesNotContain("??");
    }

    private String html(String path, Caller caller) throws Exception {
        return mvc.perform(get(path).header("HX-Request", "true").with(as(caller)))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString();
    }

    private List<DeniedCall> of(int hours) {
        return denials.of(OPERATOR, jail, hours).calls();
    }

    private Denial denied(String call, long count, Instant at) {
        return new Denial(jail, call, new DenialAnswer.Failed(Errno.EPERM), count, false, at);
    }

    private Denial unknown(long count) {
        return new Denial(jail, Denial.UNKNOWN, new DenialAnswer.Failed(Errno.ENOSYS), count, false, now);
    }

    private JailView define(HostId on, String name) {
        return jails.define(OPERATOR, new NewJail(customer, Optional.of(on), Optional.empty(), named(name)));
    }

    private static RequestPostProcessor as(Caller caller) {
        return authentication(new TestingAuthenticationToken(caller, null, Fleet.authority(caller)));
    }
}
