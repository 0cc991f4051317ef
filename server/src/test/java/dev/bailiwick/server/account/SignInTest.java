package dev.bailiwick.server.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.head;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.options;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.request;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.server.FirstOperator;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** How users get into the pages: by password, or by a link that works once. */
class SignInTest extends FirstOperator {

    @Test
    void signsInByPasswordAndOut() throws Exception {
        var signedIn = http.perform(post("/sign-in")
                        .with(csrf())
                        .param("login", "admin")
                        .param("password", admin.get("password").asString()))
                .andExpect(redirectedUrl("/jails"))
                .andReturn();
        MockHttpSession session = (MockHttpSession) signedIn.getRequest().getSession();
        http.perform(get("/no-such-page").session(session)).andExpect(status().isNotFound());

        http.perform(post("/sign-out").with(csrf()).session(session)).andExpect(redirectedUrl("/sign-in?signedOut"));
        assertThat(session.isInvalid()).isTrue();
    }

    @Test
    void sendsStrangersToTheSignInPage() throws Exception {
        http.perform(get("/no-such-page")).andExpect(redirectedUrl("/sign-in"));
        http.perform(post("/sign-in").with(csrf()).param("login", "admin").param("password", "wrong"))
                .andExpect(status().isUnauthorized())
                .andExpect(request().attribute("login", "admin"));
    }

    @Test
    void refusesAFormThatComesFromElsewhere() throws Exception {
        http.perform(post("/sign-in").param("login", "admin").param("password", "wrong"))
                .andExpect(status().isForbidden());
    }

    /** Scripts sign in more often than people. */
    @Test
    void countsOnlyWrongPasswords() throws Exception {
        String address = "198.51.100." + ThreadLocalRandom.current().nextInt(1, 255);
        for (int i = 0; i < 4 * PasswordAttempts.AT_A_LOGIN; i++) {
            http.perform(signIn(address, admin.get("password").asString())).andExpect(redirectedUrl("/jails"));
        }
        for (int i = 0; i < PasswordAttempts.AT_A_LOGIN; i++) {
            http.perform(signIn(address, "wrong")).andExpect(status().isUnauthorized());
        }
        http.perform(signIn(address, admin.get("password").asString())).andExpect(status().isTooManyRequests());
    }

    private static MockHttpServletRequestBuilder signIn(String address, String password) {
        return post("/sign-in")
                .with(csrf())
                .with(request -> {
                    request.setRemoteAddr(address);
                    return request;
                })
                .param("login", "admin")
                .param("password", password);
    }

    @Test
    void slowsGuessingDown() throws Exception {
        for (int i = 0; i < PasswordAttempts.AT_A_LOGIN; i++) {
            http.perform(post("/sign-in").with(csrf()).param("login", "victim").param("password", "wrong"))
                    .andExpect(status().isUnauthorized());
        }
        http.perform(post("/sign-in").with(csrf()).param("login", "Victim").param("password", "wrong"))
                .andExpect(status().isTooManyRequests())
                .andExpect(header().exists(HttpHeaders.RETRY_AFTER));
    }

    @Test
    void letsALinkInOnce() throws Exception {
        String link = link();

        http.perform(post(link).with(csrf())).andExpect(redirectedUrl("/jails"));
        http.perform(post(link).with(csrf())).andExpect(redirectedUrl("/sign-in?usedLink"));
        http.perform(get(link)).andExpect(redirectedUrl("/sign-in?usedLink"));
        http.perform(get("/sign-in?usedLink"))
                .andExpect(content().string(containsString("was used before or has expired")))
                .andExpect(content().string(not(containsString("password is wrong"))));
    }

    @Test
    void keepsALinkThatIsOnlyLookedAt() throws Exception {
        String link = link();

        http.perform(head(link)).andExpect(status().isOk());
        http.perform(get(link)).andExpect(status().isOk()).andExpect(content().string(containsString("as admin")));
        http.perform(options(link));
        http.perform(post(link)).andExpect(status().isForbidden());

        http.perform(post(link).with(csrf())).andExpect(redirectedUrl("/jails"));
    }

    @Test
    void asksBeforeALinkReplacesWhoIsSignedIn() throws Exception {
        created(
                post("/api/v1/users"),
                "{\"login\":\"erna\",\"password\":\"long enough for all\",\"role\":\"operator\"}");
        MockHttpSession session = signedIn("erna", "long enough for all");
        String link = link();

        http.perform(get(link).session(session))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("signed in as erna now")));
        http.perform(post(link).session(session).with(csrf())).andExpect(redirectedUrl(link));
        assertThat(session.isInvalid()).isFalse();

        http.perform(post(link).session(session).with(csrf()).param("replaced", "erna"))
                .andExpect(redirectedUrl("/jails"));
        assertThat(session.isInvalid()).as("the session of the former user").isTrue();
    }

    @Test
    void leavesALinkOfWhoIsSignedInAlready() throws Exception {
        MockHttpSession session = signedIn("admin", admin.get("password").asString());
        String link = link();

        http.perform(get(link).session(session)).andExpect(redirectedUrl("/jails"));
        http.perform(post(link).with(csrf())).andExpect(redirectedUrl("/jails"));
    }

    @Test
    void sendsTheHeadersThatKeepPagesToThemselves() throws Exception {
        http.perform(get("/no-such-page").secure(true))
                .andExpect(header().string(
                                "Content-Security-Policy", startsWith("default-src 'none'; script-src 'self';")))
                .andExpect(header().string("X-Frame-Options", "DENY"))
                .andExpect(header().string("Referrer-Policy", "same-origin"))
                .andExpect(header().string("Strict-Transport-Security", "max-age=31536000"));
    }

    private String link() throws Exception {
        return created(post("/api/v1/tokens/sign-in-link"), "").get("link").asString();
    }
}
