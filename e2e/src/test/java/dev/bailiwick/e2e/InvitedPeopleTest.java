package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Tracing;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ReducedMotion;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.jail.view.JailView;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * From the invitation of a customer to a colleague who loses their right, in three browsers of three people. What they saw is in
 * {@code target/recordings}, one trace for each, which {@code playwright show-trace} plays.
 */
@Tag("browser")
class InvitedPeopleTest {

    private static final Path RECORDINGS = Path.of("target", "recordings");
    private static final String PASSWORD = "wander over the moor";

    private @Nullable PagesServer started;
    private @Nullable Chromium launched;

    @BeforeEach
    void start() throws Exception {
        Chromium.assumeInstalled();
        PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
        Files.createDirectories(RECORDINGS);
        started = PagesServer.start();
        // A browser gives passkeys only to a server that it trusts.
        URI address = URI.create(started.url("/"));
        launched = Chromium.launch(address, "--ignore-certificate-errors-spki-list=" + TrustStore.keyHash(address));
    }

    @AfterEach
    void stop() throws IOException {
        if (launched != null) {
            launched.close();
        }
        if (started != null) {
            started.close();
        }
    }

    private PagesServer server() {
        return Objects.requireNonNull(started);
    }

    /** A browser of somebody's own, whose pages are recorded until it is closed. */
    private final class Person implements AutoCloseable {

        private final String name;
        private final BrowserContext context;
        private final Page page;

        Person(String name) {
            this.name = name;
            this.context = Objects.requireNonNull(launched)
                    .newContext(new NewContextOptions()
                            .setReducedMotion(ReducedMotion.REDUCE)
                            .setViewportSize(1280, 900));
            context.tracing()
                    .start(new Tracing.StartOptions().setScreenshots(true).setSnapshots(true));
            this.page = PagesOnScreen.page(context);
            VirtualAuthenticator.addTo(context, page);
        }

        Page page() {
            return page;
        }

        void open(String path) {
            page.navigate(server().url(path));
        }

        void acceptAsNew(String link) {
            page.navigate(link);
            page.locator("#password").fill(PASSWORD);
            page.locator("#repeated").fill(PASSWORD);
            page.locator("form:has(#password) button").click();
            page.waitForURL("**/jails");
        }

        /** Creates a passkey, and signs in again by it. */
        void takesAPasskey() {
            open("/account/passkeys/new");
            page.locator("#name").fill("Phone");
            page.locator(".form-end .primary").click();
            page.waitForURL("**/account");
            assertThat(page.locator("main")).containsText("The passkey Phone is created");
            page.locator(".menu summary").click();
            page.locator(".menu form button").click();
            page.locator("form[data-passkey=get] button").click();
            page.waitForURL("**/jails");
            open("/account");
            assertThat(page.locator("td[data-label='Signed in by']").first()).hasText("passkey");
        }

        @Override
        public void close() {
            context.tracing().stop(new Tracing.StopOptions().setPath(RECORDINGS.resolve(name + ".zip")));
            context.close();
        }
    }

    @Test
    void colleagueHasTheChosenJailUntilTheirRightIsWithdrawn() throws Exception {
        JailView shop = server().define(server().connectedHost(), "shop", "shop.example.org");
        JailView forum = server().define(server().connectedHost(), "forum", "forum.example.org");
        server().report(shop, 1, Phase.RUNNING, Instant.now());
        try (Person operator = new Person("operator");
                Person owner = new Person("owner");
                Person colleague = new Person("colleague")) {
            owner.acceptAsNew(inviteOwner(operator.page()));
            assertThat(owner.page().locator(".jails tbody tr")).hasCount(2);

            owner.takesAPasskey();
            String token = makeToken(owner.page());
            assertThat(jailsOf(token)).contains(shop.id().toString(), forum.id().toString());

            colleague.acceptAsNew(inviteColleague(owner.page(), shop));
            assertThat(colleague.page().locator(".jails tbody tr")).hasCount(1);
            assertThat(colleague.page().locator(".jails tbody")).containsText("shop");
            colleague.open("/jails/" + forum.id());
            assertThat(colleague.page().locator("main")).not().containsText("forum.example.org");
            colleague.open("/jails/" + shop.id());
            assertThat(colleague.page().locator("#jail-state")).containsText("Running");
            assertThat(colleague.page().locator("#do-stop")).isEnabled();
            // The page is live.
            server().report(shop, 1, Phase.STOPPING, Instant.now());
            assertThat(colleague.page().locator("#jail-state")).containsText("Stopping");

            withdraw(owner.page());
            assertThat(colleague.page().locator("#lost")).isVisible(new IsVisibleOptions().setTimeout(2_000));
            colleague.open("/jails");
            assertThat(colleague.page().locator(".jails tbody tr")).hasCount(0);
        }
        assertThat(RECORDINGS.resolve("owner.zip")).isNotEmptyFile();
    }

    private String inviteOwner(Page page) {
        page.navigate(server().url("/people"));
        PagesOnScreen.signIn(page, "ada", "**/people*");
        page.locator(".page-head .primary").click();
        page.locator("#login").fill("nina@example.org");
        page.locator("input[name=role][value=owner]").check();
        page.locator(".form-end .primary").click();
        return page.locator("#link").innerText().strip();
    }

    private String makeToken(Page page) {
        page.navigate(server().url("/account/tokens"));
        page.locator("#name").fill("billing");
        page.locator("input[name=scopes][value='jails:read']").check();
        page.locator("form:has(input[name=scopes]) button.primary").click();
        return page.locator("#secret").innerText().strip();
    }

    private String jailsOf(String token) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server().url("/api/v1/jails")))
                .header("Authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(60))
                .build();
        try (HttpClient client = HttpClient.newBuilder()
                .sslContext(TrustStore.trustingEveryServer())
                .build()) {
            return client.send(request, BodyHandlers.ofString()).body();
        }
    }

    private String inviteColleague(Page page, JailView jail) {
        page.navigate(server().url("/people"));
        page.locator(".page-head .primary").click();
        page.locator("#login").fill("otto@example.org");
        page.locator("input[name=rights][value='" + jail.id() + " power']").check();
        page.locator("input[name=rights][value='" + jail.id() + " logs']").check();
        page.locator(".form-end .primary").click();
        return page.locator("#link").innerText().strip();
    }

    private void withdraw(Page page) {
        page.navigate(server().url("/people"));
        page.locator("a:has-text('otto@example.org')").click();
        page.locator("form[action$='/remove'] button").click();
        page.waitForURL("**/people*");
    }
}
