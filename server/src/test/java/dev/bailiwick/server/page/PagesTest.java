package dev.bailiwick.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrlPattern;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Fleet.Fixtures;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

@ServerTest
class PagesTest {

    private static final Pattern INLINE = Pattern.compile(
            "<style|\\sstyle=|<script(?![^>]*\\ssrc=)|\\son[a-z]+=|javascript:", Pattern.CASE_INSENSITIVE);
    private static final Pattern ELSEWHERE = Pattern.compile("(?:src|href|action)=\"(?:https?:)?//");

    private final MockMvc browser;
    private final Fixtures fixtures;
    private final Jails jails;
    private final JailActions actions;
    private final JailReports reports;

    private CustomerId customer;
    private HostId host;
    private JailView jail;

    @Autowired
    PagesTest(MockMvc browser, Fixtures fixtures, Jails jails, JailActions actions, JailReports reports) {
        this.browser = browser;
        this.fixtures = fixtures;
        this.jails = jails;
        this.actions = actions;
        this.reports = reports;
        this.customer = fixtures.customer();
        this.host = fixtures.connectedHostWithPool();
        this.jail = define("shop");
    }

    @BeforeEach
    void jailRuns() {
        reports.apply(host, List.of(Fleet.report(jail.id(), 1, Phase.RUNNING, Instant.now())));
    }

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
                "/jails/JAIL?call=unshare&args=0x10000000",
                "/jails/JAIL?call=nothing",
                "/jails/JAIL?override=mount",
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
        assertThat(html(get("/jails/" + jail.id()).with(operator())))
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
        assertThat(page)
                .contains("Stop", "Restart")
                .doesNotContain("/edit\"", "/retire\"", "Root path", "/var/lib/bailiwick");
        browser.perform(post("/jails/" + jail.id() + "/stop").with(csrf()).with(as(owner)))
                .andExpect(redirectedUrl("/jails/" + jail.id()));
        assertThat(jails.find(owner, jail.id()).generation()).isEqualTo(2);
        for (String path : List.of("/jails/new", "/jails/JAIL/edit", "/jails/JAIL/retire", "/hosts")) {
            browser.perform(get(at(path)).with(as(owner))).andExpect(status().isForbidden());
        }
    }

    @Test
    void refusesAFormWithoutItsToken() throws Exception {
        browser.perform(post("/jails/" + jail.id() + "/stop").with(operator())).andExpect(status().isForbidden());
        assertThat(jails.find(Fleet.OPERATOR, jail.id()).generation()).isEqualTo(1);
    }

    @Test
    void definesAJailByForm() throws Exception {
        browser.perform(form("/jails", "blog")).andExpect(redirectedUrlPattern("/jails/*-*"));
        assertThat(html(get("/jails").param("q", "blog").with(operator()))).contains(">blog<");
    }

    @Test
    void keepsWhatWasTypedAndShowsErrorsBesideTheFields() throws Exception {
        String page = browser.perform(form("/jails", "blog")
                        .param("hostname", "not_a_host")
                        .param("ipv4", "192.0.2.77")
                        .param("overrides[0].call", "ptrce")
                        .param("overrides[0].decision", "allow")
                        .param("overrides[0].reason", "a debugger runs in it"))
                .andExpect(status().is(422))
                .andReturn()
                .getResponse()
                .getContentAsString();
        assertClean(page);
        assertThat(page)
                .contains("value=\"not_a_host\"", "value=\"192.0.2.77\"", "value=\"ptrce\"", "a debugger runs in it")
                .contains("id=\"hostname-error\"", "id=\"overrides[0].call-error\"")
                .contains("<strong>Nothing was changed.</strong>", "2 fields are invalid.")
                .contains("aria-invalid=\"true\"");
    }

    @Test
    void tellsOfANameThatIsTaken() throws Exception {
        String page = browser.perform(form("/jails", "shop"))
                .andExpect(status().isConflict())
                .andReturn()
                .getResponse()
                .getContentAsString();
        assertThat(page).contains("id=\"name-error\"", "is the name of another jail");
    }

    @Test
    void keepsAnEditThatSomebodyElseOvertook() throws Exception {
        actions.stop(Fleet.OPERATOR, jail.id());
        String page = browser.perform(form("/jails/" + jail.id(), "renamed").param("version", "1"))
                .andReturn()
                .getResponse()
                .getContentAsString();
        assertThat(page)
                .contains("it is at generation 2 now", "value=\"renamed\"", "name=\"version\" value=\"2\"")
                .doesNotContain("field is invalid");
    }

    @Test
    void namesTheJailThatIsEditedOnce() throws Exception {
        assertThat(html(get("/jails/" + jail.id() + "/edit").with(operator())))
                .contains("<h1>Edit shop</h1>", ">shop</a>");
    }

    @Test
    void addsAnOverrideWithoutScripts() throws Exception {
        String page = html(form("/jails/overrides", "blog").param("add", "true"));
        assertThat(page).contains("name=\"overrides[0].call\"", "value=\"blog\"");
    }

    @Test
    void addsAndRemovesRowsWithoutScripts() throws Exception {
        String added = html(form("/jails/rows", "blog")
                .param("command", "/bin/sh", "-c", "a,b")
                .param("environment.name", "PEM")
                .param("environment.value", "one\r\ntwo")
                .param("addRow", "command"));
        assertThat(added)
                .contains(">\n/bin/sh</textarea>", ">\n-c</textarea>", ">\na,b</textarea>", "id=\"command[3]\"")
                .contains(">\none\ntwo</textarea>", "autofocus=\"autofocus\"");
        assertThat(html(form("/jails/rows", "blog")
                        .param("command", "/bin/sh", "-c")
                        .param("removeRow", "command[0]")))
                .doesNotContain(">\n/bin/sh<")
                .contains(">\n-c</textarea>");
        assertThat(html(form("/jails/rows", "blog")
                        .param("commandLine", "/usr/sbin/nginx -g 'daemon off;'")
                        .param("split", "command")))
                .contains(">\ndaemon off;</textarea>");
        assertThat(refused(form("/jails/rows", "blog").param("addRow", "nothing")))
                .contains("are not a field of the form");
    }

    @Test
    void namesTheRowThatIsWrong() throws Exception {
        String refused = refused(form("/jails", "rows")
                .param("command", "/bin/sh", "", "$'open")
                .param("environment.name", "A", "B=C", "")
                .param("environment.value", "1", "2", "3"));
        assertThat(refused)
                .contains("id=\"command[1]-error\"", "has no closing quote")
                .contains("id=\"environment[1]-error\"", "id=\"environment[2]-error\"", "a value without a name");
    }

    @Test
    void writesTheSameCallByApi() throws Exception {
        String preview = html(form("/jails/preview", "blog").header("HX-Request", "true"));
        assertThat(preview)
                .contains("curl -X POST", "&quot;name&quot;: &quot;blog&quot;")
                .doesNotContain("<html");
    }

    @Test
    void choosesNoCustomerUnasked() throws Exception {
        assertThat(html(get("/jails/new").with(operator())))
                .contains("<option value=\"\" selected=\"selected\">Choose a customer…</option>");
        String refused = refused(form("/jails", "nobodys", ""));
        assertThat(refused).contains("id=\"customer-error\"", "must be chosen");
    }

    @Test
    void saysEverythingThatIsWrongWithAFormInOneAnswer() throws Exception {
        String refused = refused(form("/jails", "Bad Name_", "")
                .param("hostname", "under_score..x")
                .param("ipv4", "300.1.1.1")
                .param("ipv6", "zz::1")
                .param("commandLine", "sleep \"inf")
                .param("environment.lines", "NOEQUALS")
                .param("path", "relative/../path")
                .param("memory", "lots")
                .param("processes", "-3")
                .param("cpuMillis", "1.5")
                .param("overrides[0].call", "ptrcae")
                .param("overrides[0].decision", "allow")
                .param("overrides[0].reason", "why"));
        for (String field : List.of(
                "name",
                "customer",
                "hostname",
                "ipv4",
                "ipv6",
                "commandLine",
                "environment.lines",
                "path",
                "memory",
                "processes",
                "cpuMillis",
                "overrides[0].call")) {
            assertThat(refused).contains("id=\"" + field + "-error\"");
        }
    }

    @Test
    void refusesAnOverrideThatHasEndedAndKeepsOneThatEnds() throws Exception {
        String refused = refused(form("/jails", "past")
                .param("overrides[0].call", "ptrace")
                .param("overrides[0].decision", "allow")
                .param("overrides[0].reason", "why")
                .param("overrides[0].until", "2020-01-01T00:00"));
        assertThat(refused).contains("id=\"overrides[0].until-error\"", "is in the past");
    }

    private String refused(MockHttpServletRequestBuilder request) throws Exception {
        return browser.perform(request)
                .andExpect(status().is(422))
                .andReturn()
                .getResponse()
                .getContentAsString();
    }

    @Test
    void explainsACallWithAndWithoutScripts() throws Exception {
        String path = "/jails/" + jail.id();
        String part = html(get(path + "/explain?call=unshare&args=0x10000000").with(operator()));
        assertThat(part)
                .contains("unshare(0x10000000)", "The process sees EPERM.", "Proven by running the filter", "Floor")
                .doesNotContain("<html");
        assertThat(html(get(path + "?call=unshare&args=0x10000000").with(as(Fleet.somebodyOf(customer)))))
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
                .andExpect(redirectedUrl(path + "#policy"));
        assertThat(jails.find(Fleet.OPERATOR, jail.id()).definition().policy().overrides())
                .singleElement()
                .satisfies(override -> assertThat(override.setBy()).isEqualTo("anna"));
        assertThat(html(get(path).with(operator()))).contains("loosens the profile", "a debugger");
        assertThat(html(get(path + "/overrides/remove?call=userfaultfd").with(operator())))
                .contains("Saving restarts the jail");

        browser.perform(removal(path, "1", "userfaultfd")).andExpect(redirectedUrl(path + "#policy"));
        assertThat(jails.find(Fleet.OPERATOR, jail.id()).generation())
                .as("another user's change stays")
                .isEqualTo(2);
        browser.perform(removal(path, "2", "userfaultfd")).andExpect(redirectedUrl(path + "#policy"));
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

    private JailView define(String name) {
        return jails.define(
                Fleet.OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named(name)));
    }

    private MockHttpServletRequestBuilder form(String path, String name) {
        return form(path, name, customer.toString());
    }

    private MockHttpServletRequestBuilder form(String path, String name, String owner) {
        return post(path)
                .with(csrf())
                .with(operator())
                .param("customer", owner)
                .param("host", host.toString())
                .param("name", name)
                .param("base", "thin")
                .param("profile", "hosting")
                .param("wanted", "running");
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

    private String at(String path) {
        return path.replace("JAIL", jail.id().toString()).replace("HOST", host.toString());
    }

    private String html(MockHttpServletRequestBuilder request) throws Exception {
        return browser.perform(request)
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString();
    }

    private static void assertClean(String page) {
        assertThat(INLINE.matcher(page).results().map(found -> found.group())).isEmpty();
        assertThat(ELSEWHERE.matcher(page).results().map(found -> found.group()))
                .isEmpty();
        // A message without a text is shown between question marks.
        assertThat(page).doesNotContain("??");
    }

    private static RequestPostProcessor operator() {
        return as(Fleet.OPERATOR);
    }

    private static RequestPostProcessor as(Caller caller) {
        return authentication(new TestingAuthenticationToken(caller, null, "ROLE_" + caller.role()));
    }
}
