package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator.FilterOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.NavigateOptions;
import com.microsoft.playwright.Page.RouteOptions;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.WaitUntilState;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.host.SessionId;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that show changes live, and the same pages without a connection or without scripts. */
@Tag("browser")
class LivePagesTest {

    @RegisterExtension
    private final PagesOnScreen screen = new PagesOnScreen();

    @Test
    void followsAJailWithoutBeingReloaded() {
        PagesServer server = screen.server();
        JailView jail = server.define(server.connectedHost(), "followed", "followed.example.org");
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails/" + jail.id());
            PagesOnScreen.signIn(page, "ada", "**/jails/*-*");
            assertThat(page.locator("#jail-state")).containsText("Pending");
            Page activity = context.newPage();
            screen.navigate(activity, "/jails/" + jail.id() + "/activity");
            activity.locator("#last-change summary").click();
            Page list = context.newPage();
            screen.navigate(list, "/jails?q=followed");
            assertThat(list.locator("#jail-" + jail.id())).containsText("Pending");
            server.report(jail, 1, Phase.STARTING, Instant.now());
            assertThat(page.locator("#jail-state")).containsText("Starting");
            server.report(jail, 1, Phase.RUNNING, Instant.now());
            assertThat(page.locator("#jail-state")).containsText("Running");
            assertThat(list.locator("#jail-" + jail.id())).containsText("Running");
            // The scale, and nine steps, which stay unfolded.
            assertThat(activity.locator("#jail-steps li")).hasCount(10);
            assertThat(activity.locator("#jail-steps")).isVisible();
            assertThat(activity.locator("#jail-change")).containsText("9 steps in");
            assertThat(page.locator("#jail-generations .count")).hasCount(0);
            assertThat(page.locator("#jail-generations")).containsText("matches its definition");
            page.locator("#do-stop").click();
            assertThat(page.locator("#jail-generations .count").first()).hasText("2");
            server.report(jail, 2, Phase.STOPPED, Instant.now());
            assertThat(page.locator("#jail-state")).containsText("Stopped");
            assertThat(page.locator("#do-stop")).isDisabled();
            page.locator("#do-start").click();
            assertThat(page.locator("#jail-generations .count").first()).hasText("3");
        }
    }

    @Test
    void followsAJailWhoseChangesArriveTogether() {
        PagesServer server = screen.server();
        JailView jail = server.define(server.connectedHost(), "hurried", "hurried.example.org");
        try (BrowserContext slow = screen.newContext(PagesOnScreen.options());
                BrowserContext other = screen.newContext(PagesOnScreen.options())) {
            Page list = PagesOnScreen.page(slow);
            screen.navigate(list, "/jails?q=hurried");
            PagesOnScreen.signIn(list, "bea", "**/jails*");
            assertThat(list.locator("#jail-" + jail.id())).containsText("Pending");
            Page page = PagesOnScreen.page(other);
            screen.navigate(page, "/jails/" + jail.id());
            PagesOnScreen.signIn(page, "bea", "**/jails/*-*");
            // The page does nothing for so long, as on a machine with much to do, and then receives all at once.
            list.evaluate("() => setTimeout(() => { const end = Date.now() + 2000; while (Date.now() < end); })");
            server.report(jail, 1, Phase.STARTING, Instant.now());
            assertThat(page.locator("#jail-state")).containsText("Starting");
            server.report(jail, 1, Phase.RUNNING, Instant.now());
            assertThat(list.locator("#jail-" + jail.id())).containsText("Running");
        }
    }

    @Test
    void followsTheListOfHostsAndOneHostWithoutBeingReloaded() {
        PagesServer server = screen.server();
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page list = PagesOnScreen.page(context);
            screen.navigate(list, "/hosts?q=comes-and-goes");
            PagesOnScreen.signIn(list, "bea", "**/hosts*");
            assertThat(list.locator("main")).containsText("Nothing matches");
            HostId host = server.newHost("comes-and-goes");
            assertThat(list.locator("#host-" + host)).containsText("Never joined");
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/hosts/" + host);
            assertThat(page.locator("#join-title")).isVisible();
            SessionId session = server.comes(host);
            assertThat(list.locator("#host-" + host)).containsText("Connected");
            assertThat(page.locator("#host-state")).containsText("Connected");
            page.locator("#joining a").click();
            assertThat(page.locator("#host-jails")).containsText("No jails are on this host");
            JailView jail = server.define(host, "on-the-new-one", "new.example.org");
            assertThat(page.locator("#jail-" + jail.id())).containsText("Pending");
            assertThat(page.locator("#host-facts")).containsText("1 jail");
            server.report(jail, 1, Phase.RUNNING, Instant.now());
            assertThat(page.locator("#jail-" + jail.id())).containsText("Running");
            server.goes(host, session);
            assertThat(page.locator("#host-state")).containsText("Disconnected");
            assertThat(list.locator("#host-" + host)).containsText("Disconnected");
        }
    }

    @Test
    void saysBesideTheButtonWhetherAnEditRestartsTheJail() {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails/" + screen.jail().id() + "/edit");
            PagesOnScreen.signIn(page, "ada", "**/edit*");
            assertThat(page.locator("#restart-notice")).containsText("does not restart the jail");
            page.locator("#hostname").fill("other.example.org");
            assertThat(page.locator("#restart-notice")).containsText("while the jail is running: hostname");
        }
    }

    @Test
    void showsTheSameCallByApiAsOneTypes() {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails/new");
            PagesOnScreen.signIn(page, "ada", "**/jails/new*");
            assertThat(page.locator("#calls option[value=ptrace]")).hasCount(1);
            assertThat(page.locator("#preview-call")).isVisible();
            assertThat(page.locator("#preview option")).hasCount(0);
            page.locator("#name").pressSequentially("typed");
            assertThat(page.locator("#preview")).containsText("\"name\": \"typed\"");
            page.locator("button[name=add]").click();
            page.locator("#overrides\\[0\\]\\.call").fill("ptrace");
            assertThat(page.locator("#preview")).containsText("\"call\": \"ptrace\"");
            page.locator("button[name=remove]").click();
            assertThat(page.locator(".override")).hasCount(0);
            assertThat(page.locator("#preview")).not().containsText("ptrace");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/jails", "/jails/rollout"})
    void searchesForWhatWasTypedBeforeTheScriptsCame(String path) {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails");
            PagesOnScreen.signIn(page, "dora");
            List<Route> held = new ArrayList<>();
            page.route("**/htmx.min.js", held::add);
            page.navigate(screen.server().url(path), new NavigateOptions().setWaitUntil(WaitUntilState.COMMIT));
            page.locator("[data-search]").fill("forum");
            page.waitForCondition(() -> !held.isEmpty());
            held.forEach(Route::resume);
            assertThat(page.locator("main tbody tr")).hasCount(1);
            assertThat(page.locator("[data-search]")).hasValue("forum");
        }
    }

    @Test
    void previewsWhatWasTypedBeforeTheScriptsCame() {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails");
            PagesOnScreen.signIn(page, "dora");
            List<Route> held = new ArrayList<>();
            page.route("**/htmx.min.js", held::add);
            page.navigate(
                    screen.server().url("/jails/" + screen.jail().id() + "/edit"),
                    new NavigateOptions().setWaitUntil(WaitUntilState.COMMIT));
            page.getByText("strict2002").click();
            page.waitForCondition(() -> !held.isEmpty());
            held.forEach(Route::resume);
            assertThat(page.locator("#preview")).containsText("\"profile\": \"strict2002\"");
        }
    }

    @Test
    void asksAgainWhatTheBrowserGaveUp() {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails");
            PagesOnScreen.signIn(page, "dora");
            page.route("**/jails?*", route -> route.abort("connectionreset"), new RouteOptions().setTimes(1));
            page.locator("[data-search]").fill("forum");
            assertThat(page.locator(".jails tbody tr")).hasCount(1);
            assertThat(page.locator("#rollout-found"))
                    .hasAttribute("href", "/jails/rollout?q=forum&phase=&host=&customer=&label=");
        }
    }

    @Test
    void greysWhatItShowsWhileTheConnectionIsLost() {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails/" + screen.jail().id() + "/policy");
            PagesOnScreen.signIn(page, "ella", "**/policy*");
            // Going offline would not cut a stream that is already open, so none is opened.
            context.route(Pattern.compile(".*/live(\\?.*)?$"), Route::abort);
            page.reload();
            Page list = context.newPage();
            screen.navigate(list, "/jails");
            Page form = context.newPage();
            screen.navigate(form, "/jails/new");
            context.setOffline(true);
            for (Page open : List.of(page, list, form)) {
                assertThat(open.locator("#lost [data-trouble=silent]")).isVisible();
                assertThat(open.locator("form[method=post] button:enabled")).hasCount(0);
            }
            page.locator("#explain-call").fill("mount");
            page.locator("#explain-call").press("Enter");
            assertThat(page.locator("#explain .unanswered")).containsText("cannot be reached");
            form.locator("#name").fill("offline");
            assertThat(form.locator(".unanswered")).containsText("cannot be reached");
            list.locator("[data-search]").fill("forum");
            assertThat(list.locator(".unanswered")).containsText("cannot be reached");
            screen.look(page, "jail-lost");
            screen.look(list, "jails-lost");
            screen.look(form, "jail-new-lost");
            context.setOffline(false);
            context.unrouteAll();
            for (Page open : List.of(page, list, form)) {
                assertThat(open.locator("#lost")).isHidden();
                assertThat(open.locator(".unanswered").filter(new FilterOptions().setHasText("Trying again")))
                        .hasCount(0);
            }
            assertThat(list.locator(".jails tbody tr")).hasCount(1);
            assertThat(page.locator("#do-stop")).isEnabled();
        }
    }
}
