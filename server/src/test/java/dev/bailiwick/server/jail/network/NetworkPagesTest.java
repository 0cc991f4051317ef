package dev.bailiwick.server.jail.network;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The pages on which the owner of a customer changes its networks. */
@ServerTest
class NetworkPagesTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Test
    void areFoundAndChangeNetworks() {
        HostId host = fixtures.connectedHost();
        String start = fixtures.pool(host);
        CustomerId customer = fixtures.customer();
        Caller owner = somebodyOf(customer);
        JailId web = define(customer, host, "web", start + "7");
        JailId data = define(customer, host, "data", start + "8");
        String list = "/networks/" + customer;
        for (String found : new String[] {"/people?customer=" + customer, "/jails/" + web + "/network"}) {
            assertThat(page(owner, found)).contains("href=\"" + list + "\"");
        }
        assertThat(page(OPERATOR, "/customers/" + customer)).contains("href=\"" + list + "\"");
        assertThat(page(owner, list)).contains("do-create");

        MvcTestResult created = submit(owner, list + "?name=inner");
        assertThat(created).hasStatus(302);
        String page = String.valueOf(created.getResponse().getHeader("Location"));
        assertThat(page).startsWith(list + "/");
        assertThat(page(owner, list)).contains("inner", page);
        MvcTestResult taken = submit(owner, list + "?name=inner");
        assertThat(taken).hasStatus(409);
        assertThat(text(taken)).contains("id=\"name-error\"", "value=\"inner\"");
        assertThat(submit(owner, list + "?name=data")).hasStatus(302);
        assertThat(submit(owner, page + "?name=data")).hasStatus(409);
        assertThat(submit(owner, page + "?name=wide")).hasStatus(302);

        assertThat(submit(owner, page + "/jails?jail=web")).hasStatus(302);
        assertThat(submit(owner, page + "/jails?jail=" + data)).hasStatus(302);
        MvcTestResult unknown = submit(owner, page + "/jails?jail=mail");
        assertThat(unknown).hasStatus(422);
        assertThat(text(unknown)).contains("id=\"jail-error\"", "value=\"mail\"");
        assertThat(page(owner, page)).contains("/jails/" + web, "/jails/" + data);
        assertThat(page(owner, "/jails/" + web + "/network")).contains(page, ">wide<");
        assertThat(submit(owner, page + "/jails/" + web + "/remove")).hasStatus(302);
        assertThat(page(owner, page)).contains("/jails/" + data).doesNotContain("/jails/" + web);
        assertThat(submit(owner, page + "/remove")).hasStatus(302);
        assertThat(page(owner, list)).contains(">data<").doesNotContain(page);
    }

    private JailId define(CustomerId of, HostId host, String name, String address) {
        return jails.define(
                        OPERATOR, new NewJail(of, Optional.of(host), Optional.empty(), at(named(name), null, address)))
                .id();
    }

    private MvcTestResult submit(Caller caller, String address) {
        return api.call(caller, HttpMethod.POST, address, "");
    }

    private String page(Caller caller, String address) {
        MvcTestResult shown = api.get(caller, address);
        assertThat(shown).hasStatus(200);
        assertThat(text(shown)).as(address).doesNotContain("??");
        return text(shown);
    }

    private static String text(MvcTestResult answer) {
        return new String(answer.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}
