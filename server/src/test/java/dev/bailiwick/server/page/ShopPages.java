package dev.bailiwick.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.report.Phase;
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
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** The pages of a jail that runs, and of its host. */
@ServerTest
abstract class ShopPages {

    static final Pattern INLINE = Pattern.compile(
            "<style|\\sstyle=|<script(?![^>]*\\ssrc=)|\\son[a-z]+=|javascript:", Pattern.CASE_INSENSITIVE);

    static final Pattern ELSEWHERE = Pattern.compile("(?:src|href|action)=\"(?:https?:)?//");

    @Autowired
    MockMvc browser;

    @Autowired
    Fixtures fixtures;

    @Autowired
    Jails jails;

    @Autowired
    JailActions actions;

    @Autowired
    JailReports reports;

    CustomerId customer;
    HostId host;
    JailView jail;

    @BeforeEach
    void jailRuns() {
        customer = fixtures.customer();
        host = fixtures.connectedHostWithPool();
        jail = define("shop");
        reports.apply(host, List.of(Fleet.report(jail.id(), 1, Phase.RUNNING, Instant.now())));
    }

    JailView define(String name) {
        return jails.define(
                Fleet.OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named(name)));
    }

    MockHttpServletRequestBuilder form(String path, String name) {
        return form(path, name, customer.toString());
    }

    MockHttpServletRequestBuilder form(String path, String name, String owner) {
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

    String at(String path) {
        return path.replace("JAIL", jail.id().toString()).replace("HOST", host.toString());
    }

    String html(MockHttpServletRequestBuilder request) throws Exception {
        return browser.perform(request)
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString();
    }

    static void assertClean(String page) {
        assertThat(INLINE.matcher(page).results().map(found -> found.group())).isEmpty();
        assertThat(ELSEWHERE.matcher(page).results().map(found -> found.group()))
                .isEmpty();
        // A message without a text is shown between question marks.
        assertThat(page).doesNotContain("??");
    }

    static RequestPostProcessor operator() {
        return as(Fleet.OPERATOR);
    }

    static RequestPostProcessor as(Caller caller) {
        return authentication(new TestingAuthenticationToken(caller, null, Fleet.authority(caller)));
    }
}
