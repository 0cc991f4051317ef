package dev.bailiwick.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrlPattern;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** What the pages show, to whom, and that they load nothing from elsewhere. */
class PagesTest extends ShopPages {

    @Test
    void signInIsOpenToAll() throws Exception {
        String page = html(get("/sign-in"));
        assertThat(page).contains("name=\"login\"", "type=\"password\"", "_csrf");
        assertClean(page);
    }

    @Test
    void leadsWhoeverIsUnknownToSignIn() throws Exception {
        browser.perform(get("/jails")).andExpect(status().isFound()).andExpect(redirectedUrl("/sign-in"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/jails",
                "/jails/new",
                "/hosts",
                "/hosts/new",
                "/jails/JAIL",
                "/jails/JAIL?view=customer",
                "/jails/JAIL/policy",
                "/jails/JAIL/policy?call=unshare&args=0x10000000",
                "/jails/JAIL/policy?call=nothing",
                "/jails/JAIL/policy?override=mount",
                "/jails/JAIL/network",
                "/jails/JAIL/activity",
                "/jails/JAIL/settings",
                "/jails/JAIL/overrides/remove?call=ptrace",
                "/jails/JAIL/edit",
                "/jails/JAIL/retire",
                "/jails/JAIL/move",
                "/hosts/HOST"
            })
    void everyPageOfOperatorsIsCleanAndNamesWhoIsSignedIn(String path) throws Exception {
        String page = html(get(at(path)).with(operator()));
        assertThat(page).contains("anna", "<h1", "id=\"content\"");
        assertClean(page);
    }

    @Test
    void suggestsEverySystemCallAndHasTheBrowserKeepThem() throws Exception {
        assertThat(html(get("/jails/" + jail.id() + "/policy").with(operator())))
                .contains("hx-get=\"/calls\"")
                .doesNotContain("<option value=\"userfaultfd\"");
        assertThat(html(get("/jails/new").with(operator()))).contains("hx-get=\"/calls\"");
        MockHttpServletResponse calls =
                browser.perform(get("/calls").with(operator())).andReturn().getResponse();
        assertThat(calls.getContentAsString().split("<option", -1))
                .hasSize(1 + SyscallTable.linux().all().size());
        assertThat(calls.getHeader("Cache-Control")).isEqualTo("max-age=86400, private");
    }

    @Test
    void tellsTheThreeGenerationsAndWhy() throws Exception {
        String page = html(get("/jails/" + jail.id()).with(operator()));
        assertThat(page)
                .contains("The jail matches its definition: generation 1 is applied.")
                .contains("sse-connect=\"/jails/" + jail.id() + "/live?seen=")
                .contains("href=\"/hosts/" + host + "\"")
                .contains("Running");
    }

    @Test
    void showsTheCustomerWhatTheyUnderstandAndOperatorsTheSameOnRequest() throws Exception {
        String path = "/jails/" + jail.id();
        String seen = html(get(path).with(as(Fleet.somebodyOf(customer))));
        assertThat(seen)
                .contains("Everything is as it should be.", "shop", "do-restart")
                .doesNotContainIgnoringCase("generation")
                .doesNotContain("?view=");
        assertThat(html(get(path).with(operator()))).contains(path + "?view=customer");
        assertThat(html(get(path + "?view=customer").with(operator())))
                .contains("Everything is as it should be.", "id=\"as-operator\"")
                .doesNotContainIgnoringCase("generation");
        browser.perform(get(path + "?view=other").with(operator())).andExpect(status().is(422));
    }

    @Test
    void showsAJailAsUnknownWhileItsHostIsAway() throws Exception {
        HostId away = fixtures.host();
        fixtures.pool(away);
        JailView lost = jails.define(
                Fleet.OPERATOR,
                new NewJail(
                        customer,
                        Optional.of(away),
                        Optional.empty(),
                        Fleet.at(Fleet.named("lost"), "/srv/jails/lost")));
        assertThat(html(get("/jails/" + lost.id()).with(operator()))).contains("Unknown", "The host is disconnected.");
    }

    @Test
    void showsCustomersTheirOwnJailsOnly() throws Exception {
        Caller stranger = Fleet.somebodyOf(fixtures.customer());
        assertThat(html(get("/jails").with(as(Fleet.somebodyOf(customer)))))
                .contains("My jails", ">shop<")
                .doesNotContain("New jail");
        assertThat(html(get("/jails").with(as(stranger))))
                .doesNotContain(">shop<")
                .contains("No jails yet");
        browser.perform(get("/jails/" + jail.id()).with(as(stranger)))
                .andExpect(status().isNotFound())
                .andExpect(content().string(not(containsString("shop"))));
        browser.perform(get("/jails/" + jail.id() + "/live").with(as(stranger))).andExpect(status().isNotFound());
        browser.perform(post("/jails/" + jail.id() + "/stop").with(csrf()).with(as(stranger)))
                .andExpect(status().isNotFound());
    }

    @Test
    void letsCustomersStopAndStartButNotRedefine() throws Exception {
        Caller owner = Fleet.somebodyOf(customer);
        String page = html(get("/jails/" + jail.id()).with(as(owner)));
        assertThat(page).contains("Stop", "Restart").doesNotContain("/retire\"", "Root path", "/var/lib/bailiwick");
        browser.perform(post("/jails/" + jail.id() + "/stop").with(csrf()).with(as(owner)))
                .andExpect(redirectedUrl("/jails/" + jail.id()));
        assertThat(jails.find(owner, jail.id()).generation()).isEqualTo(2);
        for (String path : List.of("/jails/new", "/jails/JAIL/retire", "/hosts")) {
            browser.perform(get(at(path)).with(as(owner))).andExpect(status().isForbidden());
        }
    }

    @Test
    void refusesAFormWithoutItsToken() throws Exception {
        browser.perform(post("/jails/" + jail.id() + "/stop").with(operator())).andExpect(status().isForbidden());
        assertThat(jails.find(Fleet.OPERATOR, jail.id()).generation()).isEqualTo(1);
    }

    @Test
    void explainsACallWithAndWithoutScripts() throws Exception {
        String path = "/jails/" + jail.id();
        browser.perform(get(path)
                        .queryParam("call", "unshare")
                        .queryParam("args", "2, 3")
                        .with(operator()))
                .andExpect(redirectedUrl(path + "/policy?call=unshare&args=2%2C%203&override=&reason="));
        String part = html(get(path + "/explain?call=unshare&args=0x10000000").with(operator()));
        assertThat(part)
                .contains("unshare(0x10000000)", "The process sees EPERM.", "Proven by running the filter", "Floor")
                .doesNotContain("<html");
        assertThat(html(get(path + "/policy?call=unshare&args=0x10000000").with(as(Fleet.somebodyOf(customer)))))
                .contains("The process sees EPERM.")
                .doesNotContain("Add an override");
        assertThat(html(get(path + "/explain?call=unshrae").with(operator())))
                .contains("is not a known system call; is unshare meant?", "value=\"unshrae\"");
        browser.perform(get(path + "/explain?call=mount").with(as(Fleet.somebodyOf(fixtures.customer()))))
                .andExpect(status().isNotFound());
    }

    @Test
    void setsAndRemovesOneOverrideAndSaysBeforeThatItRestarts() throws Exception {
        String path = "/jails/" + jail.id();
        assertThat(html(override(path + "/overrides/preview", "userfaultfd", "")))
                .contains("Saving restarts the jail", "weakens the jail")
                .doesNotContain("<html");
        assertThat(html(override(path + "/overrides/preview", "bpf", "")))
                .contains("cannot allow bpf: it is blocked in every jail");

        String refused = browser.perform(override(path + "/overrides", "userfaultfd", ""))
                .andExpect(status().is(422))
                .andReturn()
                .getResponse()
                .getContentAsString();
        assertThat(refused).contains("id=\"reason-error\"", "must give a reason", "value=\"userfaultfd\"");
        assertClean(refused);

        browser.perform(override(path + "/overrides", "userfaultfd", "a debugger"))
                .andExpect(redirectedUrl(path + "/policy"));
        assertThat(jails.find(Fleet.OPERATOR, jail.id()).definition().policy().overrides())
                .singleElement()
                .satisfies(override -> assertThat(override.setBy()).isEqualTo("anna"));
        assertThat(html(get(path + "/policy").with(operator()))).contains("loosens the profile", "a debugger");
        assertThat(html(get(path + "/overrides/remove?call=userfaultfd").with(operator())))
                .contains("Saving restarts the jail");

        browser.perform(removal(path, "1", "userfaultfd")).andExpect(redirectedUrl(path + "/policy"));
        assertThat(jails.find(Fleet.OPERATOR, jail.id()).generation())
                .as("another user's change stays")
                .isEqualTo(2);
        browser.perform(removal(path, "2", "userfaultfd")).andExpect(redirectedUrl(path + "/policy"));
        assertThat(jails.find(Fleet.OPERATOR, jail.id()).definition().policy().overrides())
                .isEmpty();
    }

    @Test
    void keepsOverridesFromCustomers() throws Exception {
        Caller owner = Fleet.somebodyOf(customer);
        browser.perform(removal("/jails/" + jail.id(), "1", "userfaultfd").with(as(owner)))
                .andExpect(status().isForbidden());
        for (String action : List.of("overrides", "overrides/preview")) {
            browser.perform(post("/jails/" + jail.id() + "/" + action)
                            .with(csrf())
                            .with(as(owner))
                            .param("call", "userfaultfd")
                            .param("decision", "allow")
                            .param("reason", "mine")
                            .param("version", "1"))
                    .andExpect(status().isForbidden());
        }
    }

    @Test
    void retiresOnlyWhoeverNamesTheJail() throws Exception {
        String path = "/jails/" + jail.id() + "/retire";
        assertThat(html(post(path)
                        .with(csrf())
                        .with(operator())
                        .param("files", "KEPT")
                        .param("confirm", "shop2")))
                .contains("is not the name of this jail");
        browser.perform(post(path)
                        .with(csrf())
                        .with(operator())
                        .param("files", "KEPT")
                        .param("confirm", "shop"))
                .andExpect(redirectedUrl("/jails"));
        assertThat(jails.find(Fleet.OPERATOR, jail.id()).retiredAt()).isPresent();
    }

    @Test
    void showsAJoinTokenOnce() throws Exception {
        var made = browser.perform(
                        post("/hosts").with(csrf()).with(operator()).param("name", "rack-" + System.nanoTime()))
                .andExpect(redirectedUrlPattern("/hosts/*-*"))
                .andReturn();
        assertThat(made.getFlashMap().get("command"))
                .asString()
                .startsWith("echo bwj_")
                .contains("bailiwick-agent join --server ");
        String later =
                html(get(String.valueOf(made.getResponse().getRedirectedUrl())).with(operator()));
        assertThat(later).doesNotContain("bwj_").contains("Create another token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/jails/not-an-id", "/jails/019ab3c4-7d1e-7b32-9f00-3c1c7ae0b6de", "/nowhere"})
    void answersWhatIsNotThereInTheLookOfThePages(String path) throws Exception {
        String page = browser.perform(get(path).with(operator()))
                .andExpect(status().isNotFound())
                .andReturn()
                .getResponse()
                .getContentAsString();
        assertThat(page).contains("Nothing here", "anna");
        assertClean(page);
    }

    private MockHttpServletRequestBuilder removal(String path, String version, String call) {
        return post(path + "/overrides/remove")
                .with(csrf())
                .with(operator())
                .param("version", version)
                .param("call", call);
    }

    private MockHttpServletRequestBuilder override(String path, String call, String reason) {
        return override(path, "1", call, reason);
    }

    private MockHttpServletRequestBuilder override(String path, String version, String call, String reason) {
        return post(path)
                .with(csrf())
                .with(operator())
                .param("version", version)
                .param("call", call)
                .param("decision", "allow")
                .param("reason", reason);
    }
}
