package dev.bailiwick.server.jail.files;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Each page on which a customer is chosen, in an installation that has more customers than any page lists. */
class ManyCustomersToChooseTest extends LeftFiles {

    private static final int NUMBER = 1_000;

    @Autowired
    private Customers customers;

    @Test
    void theLastOfAThousandCustomersCanBeChosenOnEachPage() {
        String prefix = "many-" + Integer.toHexString(new Random().nextInt(1 << 30)) + "-";
        for (int i = 1; i < NUMBER; i++) {
            var _ = customers.create(OPERATOR, prefix + i, null);
        }
        CustomerId last = customers.create(OPERATOR, prefix + NUMBER, null).id();

        assertThat(body("/suggestions/customers?customer=" + prefix + NUMBER))
                .contains("<option value=\"" + prefix + NUMBER + "\"");
        assertThat(body("/suggestions/customers?customer=" + prefix).split("<option", -1))
                .as("20 suggestions")
                .hasSize(21);
        assertThat(body("/jails/new?customer=" + last)).contains("value=\"" + prefix + NUMBER + "\"");

        MvcTestResult defined = send("/jails?name=chosen&hostname=chosen.test&command=/bin/true&base=thin"
                + "&profile=hosting&wanted=stopped&host=" + host + "&customer=" + prefix + NUMBER);
        assertThat(defined).hasStatus(302);
        JailId jail = JailId.parse(
                Objects.requireNonNull(defined.getResponse().getRedirectedUrl()).replace("/jails/", ""));
        assertThat(jails.find(OPERATOR, jail).customer()).isEqualTo(last);

        assertThat(body("/jails?customer=" + prefix + NUMBER))
                .contains("/jails/" + jail, "value=\"" + prefix + NUMBER + "\"");
        assertThat(body("/jails?customer=" + last)).contains("/jails/" + jail, "value=\"" + prefix + NUMBER + "\"");
        assertThat(body("/jails?customer=" + prefix)).contains("is not the name or the id of a customer");
        assertThat(body("/jails/rollout?customer=" + prefix + NUMBER)).contains(jail.toString());
        assertThat(body("/jails/rollout?customer=" + prefix + 1)).doesNotContain(jail.toString());

        assertThat(body("/people?customer=" + prefix + NUMBER)).contains("/people/" + last + "/invite");
        assertThat(body("/people?customer=" + prefix))
                .contains("customer-error", "value=\"" + prefix + "\"")
                .doesNotContain("/invite");

        JailView moving = define(anna, named("moving"));
        assertThat(send("/jails/" + moving.id() + "/move?confirm=moving&customer=" + prefix + NUMBER))
                .hasStatus(302);
        assertThat(jails.find(OPERATOR, moving.id()).customer()).isEqualTo(last);

        files.replace(host, List.of(kept(Jails.fresh(), "/var/lib/bailiwick/jails/stray-of-many", "")));
        String keptFiles = "/kept-files/" + list(OPERATOR).getFirst().id() + "/customer?customer=" + prefix;
        assertThat(send(keptFiles)).hasStatusOk().bodyText().contains("customer-error", "value=\"" + prefix + "\"");
        assertThat(send(keptFiles + NUMBER)).hasStatus(302);
        assertThat(list(OPERATOR).getFirst().customer()).hasValue(last);
    }

    private MvcTestResult send(String address) {
        return api.call(OPERATOR, HttpMethod.POST, address, "");
    }

    private String body(String address) {
        MvcTestResult answer = api.call(OPERATOR, HttpMethod.GET, address, "");
        assertThat(answer).hasStatusOk();
        return new String(answer.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}
