package dev.bailiwick.server.jail.page;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** The conditions on a jail's page. */
@ServerTest
class ShownConditionsTest {

    private static final String MESSAGE = "/usr/bin/job ended with status 0";

    @Autowired
    private ApiClient api;

    @Autowired
    private Jails jails;

    @Autowired
    private JailReports reports;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Test
    void warnOfNoProgramThatHasCompleted() {
        String shown = conditions(Condition.COMPLETED);
        assertThat(shown).contains(MESSAGE, "#completed").doesNotContain("#warning");
    }

    @Test
    void sayTheSameOnce() {
        String shown = conditions("CommandNotFound", "StartFailed");
        assertThat(shown).contains("#warning").containsOnlyOnce(MESSAGE);
    }

    @Test
    void areNotFollowedByAnUntrueSentenceAboutTheSteps() {
        assertThat(page(Condition.COMPLETED)).doesNotContain("has not reported a change");
    }

    private String conditions(String... reasons) {
        String page = page(reasons);
        int start = page.indexOf("<ul class=\"conditions\"");
        return page.substring(start, page.indexOf("</ul>", start));
    }

    private String page(String... reasons) {
        HostId host = fixtures.connectedHostWithPool();
        JailView jail = jails.define(
                OPERATOR, new NewJail(fixtures.customer(), Optional.of(host), Optional.empty(), named("job")));
        Instant now = Instant.now();
        List<Condition> conditions = List.of(reasons).stream()
                .map(reason -> new Condition(reason, MESSAGE, now))
                .toList();
        reports.apply(
                host,
                List.of(new Report(jail.id(), 1, Phase.STOPPED, OptionalInt.empty(), 0, conditions, List.of(), now)));
        return new String(
                api.get(OPERATOR, "/jails/" + jail.id()).getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}
