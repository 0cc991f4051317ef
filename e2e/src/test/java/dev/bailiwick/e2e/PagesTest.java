package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.args.AxeRunOptions;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator.FilterOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.EmulateMediaOptions;
import com.microsoft.playwright.Page.NavigateOptions;
import com.microsoft.playwright.Page.RouteOptions;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.SelectOption;
import com.microsoft.playwright.options.WaitUntilState;
import dev.bailiwick.jail.DenialAnswer;
import dev.bailiwick.jail.Phase;
import dev.bailiwick.server.host.HostId;
import dev.bailiwick.server.host.SessionId;
import dev.bailiwick.server.jail.JailView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pages in a real browser, as light, dark and phone. Each is checked with axe against WCAG 2.2 AA, and a picture of each is kept
 * in {@code target/screenshots} to be looked at.
 */
@Tag("browser")
@TestInstance(Lifecycle.PER_CLASS)
class PagesTest {

    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final List<String> WCAG =
            List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

    /** The one rule that colours decide, and that takes longest. */
    private static final String CONTRAST = "color-contrast";

    /** How many tables are wider than what they are in. */
    private static final String CUT_OFF =
            "[...document.querySelectorAll('main table')].filter(table => table.parentElement.scrollWidth > table.parentElement.clientWidth).length";

    /** How many rows the marks of a jail's generations are in. */
    private static final String MARKS =
            "new Set([...document.querySelectorAll('.generations li > .icon')].map(mark => mark.getBoundingClientRect().top)).size";

    private static final int HEIGHT = 900;

    enum Look {
        LIGHT(ColorScheme.LIGHT, 1280) {
            @Override
            AxeBuilder rules(AxeBuilder axe) {
                return axe.withTags(WCAG);
            }
        },
        /** Light in other colours. */
        DARK(ColorScheme.DARK, 1280) {
            @Override
            AxeBuilder rules(AxeBuilder axe) {
                return axe.withRules(List.of(CONTRAST));
            }
        },
        /** Light in another width. */
        PHONE(ColorScheme.LIGHT, 390) {
            @Override
            AxeBuilder rules(AxeBuilder axe) {
                return axe.withTags(WCAG).disableRules(List.of(CONTRAST));
            }
        },
        /** Dark in another width: what is wrong with it is seen in one of the others, so it is there to be looked at. */
        PHONE_DARK(ColorScheme.DARK, 390) {
            @Override
            AxeBuilder rules(AxeBuilder axe) {
                return axe.withRules(List.of("document-title"));
            }
        };

        private final ColorScheme scheme;
        private final int width;

        Look(ColorScheme scheme, int width) {
            this.scheme = scheme;
            this.width = width;
        }

        /** What cannot be found wrong in this look alone is left to another. */
        abstract AxeBuilder rules(AxeBuilder axe);

        /** As it would be where the system's colours or the window change under the page. */
        void put(Page page) {
            page.emulateMedia(new EmulateMediaOptions().setColorScheme(scheme));
            page.setViewportSize(width, HEIGHT);
        }
    }

    private @Nullable PagesServer started;
    private @Nullable Chromium launched;
    private List<JailView> jails = List.of();
    private SoftAssertions findings = new SoftAssertions();

    @BeforeAll
    void startServerAndBrowser() throws IOException {
        Chromium.assumeInstalled();
        Files.createDirectories(PICTURES);
        // A stream that was cut is opened again after three seconds.
        PlaywrightAssertions.setDefaultAssertionTimeout(15_000);
        started = PagesServer.start();
        jails = started.jailsInEveryState();
        launched = Chromium.launch();
    }

    @AfterAll
    void stopServerAndBrowser() throws IOException {
        if (launched != null) {
            launched.close();
        }
        if (started != null) {
            started.close();
        }
    }

    @BeforeEach
    void beginWithoutFindings() {
        findings = new SoftAssertions();
    }

    /** All pages are looked at before the first thing found fails the test. */
    @AfterEach
    void nothingWasFound() {
        findings.assertAll();
    }

    @Test
    void everyPageOfOperatorsIsAccessible() {
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/sign-in");
            look(page, "sign-in");
            signIn(page, "ada");
            look(page, "jails");
            open(page, "/jails?q=nothing-like-this", "jails-no-match");
            for (JailView jail : jails) {
                navigate(page, "/jails/" + jail.id());
                String name = "jail-" + jail.definition().name().value();
                findings.assertThat(page.evaluate(MARKS))
                        .as(name + " has its marks in one row")
                        .isEqualTo(1);
                if (jail.equals(jail())) {
                    look(page, name);
                } else {
                    // The same page in another state.
                    look(page, Look.LIGHT, name);
                }
            }
            open(page, "/jails/" + jail().id() + "?call=socket&args=2", "jail-explained");
            open(page, "/jails/" + jail().id() + "?call=scoket&args=two", "jail-not-explained");
            open(page, "/jails/" + jail().id() + "?override=userfaultfd", "jail-override");
            open(page, "/jails/" + jail().id() + "/overrides/remove?call=ptrace", "jail-override-removal");
            open(page, "/jails/" + jail().id() + "/edit", "jail-edit");
            open(page, "/jails/" + jail().id() + "/retire", "jail-retire");
            open(page, "/jails/" + jail().id() + "/move", "jail-move");
            open(page, "/account", "account");
            open(page, "/jails/new", "jail-new");
            page.locator("#name").fill("Not A Name");
            page.locator("#hostname").fill("not_a_host");
            page.locator("#ipv4").fill("192.0.2.9");
            page.locator("button[name=add]").click();
            page.locator("#overrides\\[0\\]\\.call").fill("ptrce");
            page.locator(".form-end .primary").click();
            page.waitForURL("**/jails");
            look(page, "jail-new-refused");
            JailView bygone = server().define(server().connectedHost(), "bygone", "bygone.example.org");
            server().remove(bygone);
            open(page, "/jails?phase=removed", "jails-removed");
            open(page, "/jails/" + bygone.id(), "jail-removed");
            open(page, "/kept-files", "kept-files");
            HostId broken = server().brokenHost("rack-3-slot-1-with-a-long-name1");
            server().define(broken, "where-all-is-wrong", "wrong.example.org");
            open(page, "/hosts", "hosts");
            open(page, "/hosts?q=nothing-like-this", "hosts-no-match");
            open(page, "/hosts/" + server().connectedHost(), "host-connected");
            open(page, "/hosts/" + server().hostAway(), "host-away");
            open(page, "/hosts/" + broken, "host-broken");
            open(page, "/hosts/" + broken + "/remove", "host-remove-refused");
            open(page, "/hosts/" + server().newHost("rack-8-slot-2") + "/remove", "host-remove");
            for (String path : List.of("/jails", "/hosts", "/hosts/" + broken, "/hosts/" + broken + "/remove")) {
                page.setViewportSize(320, HEIGHT);
                navigate(page, path);
                String file = "narrowest" + path.replaceAll("[/-]", "-").replaceAll("[0-9a-f]{8}.*", "host") + ".png";
                page.screenshot(
                        new ScreenshotOptions().setPath(PICTURES.resolve(file)).setFullPage(true));
                findings.assertThat(page.evaluate(
                                "document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                        .as(file + " scrolls sideways")
                        .isEqualTo(0);
            }
            open(page, "/hosts/new", "host-new");
            page.locator("#name").fill("rack-7");
            page.locator(".form-end .primary").click();
            page.waitForURL("**/hosts/*-*");
            look(page, "host-join");
            open(page, "/nowhere", "not-found");
        }
    }

    @Test
    void everyPageOfCustomersIsAccessible() {
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/sign-in");
            signIn(page, "karl");
            look(page, "my-jails");
            open(page, "/jails/" + jail().id() + "?call=mount", "my-jail");
            open(page, "/hosts", "forbidden");
            open(page, "/account", "my-account");
            page.locator("#name").fill("deploy");
            page.getByLabel("jails:read").check();
            page.getByText("Create token").click();
            look(page, "my-token");
            assertThat(page.locator("#secret")).containsText("bw_");
            page.getByText("Create token").click();
            look(page, "my-account-errors");
        }
    }

    @Test
    void followsAJailWithoutBeingReloaded() {
        PagesServer server = server();
        JailView jail = server.define(server.connectedHost(), "followed", "followed.example.org");
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails/" + jail.id());
            signIn(page, "ada", "**/jails/*-*");
            assertThat(page.locator("#jail-state")).containsText("Pending");
            Page list = context.newPage();
            navigate(list, "/jails?q=followed");
            assertThat(list.locator("#jail-" + jail.id())).containsText("Pending");
            server.report(jail, 1, Phase.STARTING, Instant.now());
            assertThat(page.locator("#jail-state")).containsText("Starting");
            server.report(jail, 1, Phase.RUNNING, Instant.now());
            assertThat(page.locator("#jail-state")).containsText("Running");
            // Nine steps below their scale.
            assertThat(page.locator("#jail-steps li")).hasCount(10);
            assertThat(list.locator("#jail-" + jail.id())).containsText("Running");
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
    void followsTheListOfHostsAndOneHostWithoutBeingReloaded() {
        PagesServer server = server();
        try (BrowserContext context = browser().newContext(options())) {
            Page list = page(context);
            navigate(list, "/hosts?q=comes-and-goes");
            signIn(list, "bea", "**/hosts*");
            assertThat(list.locator("main")).containsText("Nothing matches");
            HostId host = server.newHost("comes-and-goes");
            assertThat(list.locator("#host-" + host)).containsText("Never joined");
            Page page = page(context);
            navigate(page, "/hosts/" + host);
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
    void explainsACallAndSaysWhatAnOverrideComesToBeforeItIsSet() {
        PagesServer server = server();
        JailView jail = server.define(server.connectedHost(), "explained", "explained.example.org");
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails/" + jail.id());
            signIn(page, "ada", "**/jails/*-*");
            page.locator("#explain-call").fill("socket");
            page.locator("#explain-args").fill("40, 1");
            page.keyboard().press("Enter");
            assertThat(page.locator(".ladder .end")).containsText("EAFNOSUPPORT");
            assertThat(page.locator(".ladder"))
                    .containsText(
                            "allow if the first argument (domain) is AF_UNIX or AF_INET6, or the domain argument is AF_INET");
            assertThat(page.locator(".ladder")).not().containsText("low32");
            assertThat(page.locator("#explain-args")).hasValue("40, 1");

            page.locator("#add-override summary").click();
            page.locator("#call").fill("bpf");
            page.locator("#decision").selectOption("allow");
            assertThat(page.locator("#override-preview")).containsText("every jail blocks it, whatever its overrides");
            page.locator("#call").fill("mount");
            page.locator("#decision").selectOption("deny:EPERM");
            assertThat(page.locator("#override-preview")).containsText("profile hosting decides the same");
            assertThat(page.locator("#override-preview")).containsText("does not restart the jail");
            page.locator("#call").fill("userfaultfd");
            page.locator("#decision").selectOption("allow");
            assertThat(page.locator("#override-preview")).containsText("Saving restarts the jail");
            assertThat(page.locator("#override-preview")).containsText("weakens the jail");
            page.locator("#reason").fill("a debugger");
            page.locator("#add-override .primary").click();
            assertThat(page.locator(".overrides tbody tr")).hasCount(3);
            assertThat(page.locator("main")).containsText("Its host restarts the jail now.");

            page.locator(".overrides tbody tr").last().locator("a").click();
            assertThat(page.locator("main")).containsText("Saving restarts the jail");
            page.locator(".form-end .primary").click();
            assertThat(page.locator(".overrides tbody tr")).hasCount(2);
        }
    }

    @Test
    void observesAPolicyAndListsWhatItWouldHaveRefused() {
        PagesServer server = server();
        String name = "observed";
        JailView jail = server.define(server.connectedHost(), name, name + ".example.org");
        server.report(jail, 1, Phase.RUNNING, Instant.now());
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails/" + jail.id());
            signIn(page, "bea", "**/jails/*-*");
            page.locator("#observe summary").click();
            page.locator("#profile").selectOption("strict2002");
            assertThat(page.locator("#observation-preview")).containsText("restarts the jail immediately");
            assertThat(page.locator("#observation-preview")).containsText("setpriority");
            page.locator("#duration").selectOption("7d");
            look(page, "jail-observe");
            page.locator("#observe .primary").click();
            assertThat(page.locator("main")).containsText("calls are now being observed");
            assertThat(page.locator("#observation")).containsText("observing, ends");
            assertThat(page.locator("#observation")).containsText("was made so far");

            server.refused(jail, "setpriority", new DenialAnswer.Logged(), 12_345);
            server.refused(jail, "userfaultfd", DenialAnswer.parse("EPERM"), 7);
            server.refused(jail, "bpf", DenialAnswer.parse("EPERM"), 1_204);
            page.locator("#observation").getByText("Refresh").click();
            assertThat(page.locator("#observation tbody tr")).hasCount(1);
            assertThat(page.locator("#observation tbody")).containsText("12,345");
            navigate(page, "/jails/" + jail.id());
            assertThat(page.locator("#observation tbody tr")).hasCount(1);
            assertThat(page.locator("#jail-denials tbody tr")).hasCount(3);
            look(page, "jail-observed");

            page.locator("#observed-allow-setpriority").click();
            assertThat(page.locator("#call")).hasValue("setpriority");
            assertThat(page.locator("#reason")).hasValue("Made 12,345 times while it was observed");
            page.locator("#observation .observation-end .button").first().click();
            assertThat(page.locator("main")).containsText("Observation ended");
            assertThat(page.locator("#observe summary")).containsText("Observe a policy");
        }
    }

    @Test
    void goesThroughJailsOneAfterAnother() {
        PagesServer server = server();
        String name = "rolled";
        JailView source = server.define(server.connectedHost(), name + "-as", "as.example.org", "system");
        JailView first = server.define(server.connectedHost(), name + "-2", "two.example.org");
        JailView second = server.define(server.connectedHost(), name + "-1", "one.example.org");
        List.of(source, first, second).forEach(jail -> server.report(jail, 1, Phase.RUNNING, Instant.now()));
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails/" + source.id());
            signIn(page, "cleo", "**/jails/*-*");
            look(page, "jail-system");
            page.locator("#roll-out").click();
            assertThat(page.locator("h1")).hasText("Rolling restart");
            page.locator("[data-search]").fill(name);
            assertThat(page.locator(".roll-table tbody tr")).hasCount(2);
            assertThat(page.locator("#roll-jails")).containsText("2 of these 2 jails would restart");
            page.getByText("Choose all of these").click();
            look(page, "roll");
            page.locator("#roll-jails .primary").click();
            assertThat(page.locator("#roll-0")).containsText("in progress");
            assertThat(page.locator("#roll-1")).containsText("waiting");
            look(page, "roll-running");
            restartWith(first, second, page);
            assertThat(page.locator("#roll-end")).hasText("That was the last one.");
            assertThat(page.locator("#roll-1")).containsText("restarted and running again");
        }
    }

    /** In whatever order they are gone through. */
    private void restartWith(JailView one, JailView other, Page page) {
        boolean oneIsFirst = page.locator("#roll-0")
                .textContent()
                .contains(one.definition().name().value());
        JailView first = oneIsFirst ? one : other;
        JailView second = oneIsFirst ? other : one;
        Awaitility.await().until(() -> server().find(first).generation() == 2);
        server().report(first, 2, Phase.RUNNING, Instant.now());
        assertThat(page.locator("#roll-0")).containsText("restarted and running again");
        Awaitility.await().until(() -> server().find(second).generation() == 2);
        server().report(second, 2, Phase.RUNNING, Instant.now());
    }

    @Test
    void saysBesideTheButtonWhetherAnEditRestartsTheJail() {
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails/" + jail().id() + "/edit");
            signIn(page, "ada", "**/edit*");
            assertThat(page.locator("#restart-notice")).containsText("does not restart the jail");
            page.locator("#hostname").fill("other.example.org");
            assertThat(page.locator("#restart-notice")).containsText("while the jail is running: hostname");
        }
    }

    @Test
    void showsTheSameCallByApiAsOneTypes() {
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails/new");
            signIn(page, "ada", "**/jails/new*");
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
    @ValueSource(strings = {"/jails", "/jails/roll"})
    void searchesForWhatWasTypedBeforeTheScriptsCame(String path) {
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails");
            signIn(page, "dora");
            List<Route> held = new ArrayList<>();
            page.route("**/htmx.min.js", held::add);
            page.navigate(server().url(path), new NavigateOptions().setWaitUntil(WaitUntilState.COMMIT));
            page.locator("[data-search]").fill("forum");
            page.waitForCondition(() -> !held.isEmpty());
            held.forEach(Route::resume);
            assertThat(page.locator("main tbody tr")).hasCount(1);
            assertThat(page.locator("[data-search]")).hasValue("forum");
        }
    }

    @Test
    void previewsWhatWasTypedBeforeTheScriptsCame() {
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails");
            signIn(page, "dora");
            List<Route> held = new ArrayList<>();
            page.route("**/htmx.min.js", held::add);
            page.navigate(
                    server().url("/jails/" + jail().id() + "/edit"),
                    new NavigateOptions().setWaitUntil(WaitUntilState.COMMIT));
            page.getByText("strict2002").click();
            page.waitForCondition(() -> !held.isEmpty());
            held.forEach(Route::resume);
            assertThat(page.locator("#preview")).containsText("\"profile\": \"strict2002\"");
        }
    }

    @Test
    void asksAgainWhatTheBrowserGaveUp() {
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails");
            signIn(page, "dora");
            page.route("**/jails?*", route -> route.abort("connectionreset"), new RouteOptions().setTimes(1));
            page.locator("[data-search]").fill("forum");
            assertThat(page.locator(".jails tbody tr")).hasCount(1);
            assertThat(page.locator("#roll-found")).hasAttribute("href", "/jails/roll?q=forum");
        }
    }

    @Test
    void saysWhenAJailUnderWayWasLostSightOf() {
        PagesServer server = server();
        JailView jail = server.define(server.connectedHost(), "lost-sight", "sight.example.org");
        server.report(jail, 1, Phase.RUNNING, Instant.now());
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails/roll?q=lost-sight&all=true");
            signIn(page, "dora", "**/jails/roll*");
            page.route("**/jails/roll/step", route -> route.abort("connectionreset"));
            page.locator("#roll-jails .primary").click();
            assertThat(page.locator("#roll-lost")).isVisible();
            assertThat(page.locator("#roll-end")).isHidden();
        }
    }

    @Test
    void worksWithTheKeyboardAndRemembersTheTheme() {
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails");
            signIn(page, "ada");
            page.keyboard().press("/");
            assertThat(page.locator("[data-search]")).isFocused();
            page.keyboard().type("forum");
            page.waitForURL("**q=forum**");
            assertThat(page.locator(".jails tbody tr")).hasCount(1);
            page.locator("[data-theme-toggle]").click();
            page.reload();
            assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
        }
    }

    @Test
    void worksWithoutScripts() {
        try (BrowserContext context = browser().newContext(options().setJavaScriptEnabled(false))) {
            Page page = page(context);
            navigate(page, "/jails/new");
            signIn(page, "ada", "**/jails/new*");
            page.locator("#name").fill("plain");
            page.locator("#customer").selectOption(new SelectOption().setIndex(1));
            page.locator("button[name=add]").click();
            assertThat(page.locator("#name")).hasValue("plain");
            page.locator("button[name=remove]").click();
            page.locator(".form-end .primary").click();
            assertThat(page.locator("h1")).hasText("plain");
            page.locator("#do-stop").click();
            assertThat(page.locator("#do-stop")).isDisabled();
            assertThat(page.locator(".read-at")).containsText(" UTC. Without JavaScript");
            page.locator(".menu summary").click();
            page.locator(".menu form button").click();
            assertThat(page.locator("h1")).containsText("Sign in");
        }
    }

    @Test
    void greysWhatItShowsWhileTheConnectionIsLost() {
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails/" + jail().id());
            signIn(page, "ella", "**/jails/*-*");
            // What is open already is not cut by going offline: it is not opened.
            context.route(Pattern.compile(".*/live(\\?.*)?$"), Route::abort);
            page.reload();
            Page list = context.newPage();
            navigate(list, "/jails");
            Page form = context.newPage();
            navigate(form, "/jails/new");
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
            look(page, "jail-lost");
            look(list, "jails-lost");
            look(form, "jail-new-lost");
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

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsAFormOverTheEndOfItsSession(boolean scripts) {
        String name = "kept-" + scripts;
        try (BrowserContext context = browser().newContext(options().setJavaScriptEnabled(scripts))) {
            Page page = page(context);
            navigate(page, "/jails/new");
            signIn(page, scripts ? "ella" : "finn", "**/jails/new*");
            page.locator("#name").fill(name);
            page.locator("#customer").selectOption(new SelectOption().setIndex(1));
            page.locator("#environment").fill("A=1\nB=\"2\"");
            page.locator("button[name=add]").click();
            page.locator("#overrides\\[0\\]\\.call").fill("ptrace");
            page.locator("#overrides\\[0\\]\\.reason").fill("because");
            server().endSessions();
            if (scripts) {
                assertThat(page.locator("#lost [data-trouble=ended]")).isVisible();
            }
            page.locator(".form-end .primary").click();
            assertThat(page.locator("main")).containsText("Your session has ended");
            if (scripts) {
                look(page, "sign-in-carried");
            }
            page.locator("#login").fill("mistyped");
            page.locator("#password").fill("wrong");
            page.locator("button.primary").click();
            assertThat(page.locator("#login")).hasValue("mistyped");
            page.locator("#login").fill("finn");
            page.locator("#password").fill(PagesServer.PASSWORD);
            page.locator("button.primary").click();
            assertThat(page.locator("#name")).hasValue(name);
            assertThat(page.locator("#environment")).hasValue("A=1\nB=\"2\"");
            assertThat(page.locator("#overrides\\[0\\]\\.reason")).hasValue("because");
            assertThat(page.locator(".carried")).containsText("Nothing was changed yet");
            assertThat(page.getByText("Another user filled it in")).hasCount(scripts ? 1 : 0);
            if (scripts) {
                look(page, "jail-new-carried");
            }
            page.locator(".form-end .primary").click();
            assertThat(page.locator("h1")).hasText(name);
        }
    }

    @Test
    void showsWhatAButtonDoesThatWasPressedAfterItsSession() {
        PagesServer server = server();
        JailView jail = server.define(server.connectedHost(), "pressed", "pressed.example.org");
        server.report(jail, 1, Phase.RUNNING, Instant.now());
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails/" + jail.id());
            signIn(page, "ella", "**/jails/*-*");
            server.endSessions();
            page.locator("#do-stop").click();
            page.locator("#login").fill("dora");
            page.locator("#password").fill(PagesServer.PASSWORD);
            page.locator("button.primary").click();
            assertThat(page.locator("main")).containsText("Stop pressed");
            assertThat(server.find(jail).generation()).isEqualTo(1);
            look(page, "carried");
            page.locator(".form-end .primary").click();
            assertThat(page.locator("#jail-generations .count").first()).hasText("2");
        }
    }

    @Test
    void saysThatTheSessionHasEndedWhereAPageOnlyAsks() {
        try (BrowserContext context = browser().newContext(options())) {
            Page page = page(context);
            navigate(page, "/jails");
            signIn(page, "cleo");
            int rows = page.locator(".jails tbody tr").count();
            Page jail = context.newPage();
            navigate(jail, "/jails/" + jail().id());
            Page roll = context.newPage();
            navigate(roll, "/jails/roll?q=shop&all=true");
            server().endSessions();
            page.locator("[data-search]").fill("forum");
            assertThat(page.locator(".unanswered"))
                    .containsText("Your session has ended. Nothing was changed. Sign in again");
            assertThat(page.locator(".jails tbody tr")).hasCount(rows);
            assertThat(page).hasURL(server().url("/jails"));
            assertThat(page.locator("#lost [data-trouble=ended]")).isVisible();
            look(page, "jails-ended");
            jail.locator("#explain-call").fill("mount");
            jail.locator("#explain-call").press("Enter");
            assertThat(jail.locator("#explain .unanswered")).containsText("Your session has ended");
            roll.locator("#roll-jails .primary").click();
            assertThat(roll.locator("#login")).isVisible();
            page.locator("#lost a").click();
            assertThat(page.locator("#login")).isVisible();
        }
    }

    private void open(Page page, String path, String name) {
        navigate(page, path);
        look(page, name);
    }

    private void navigate(Page page, String path) {
        page.navigate(server().url(path));
    }

    /** In every look, and in light at the end as before. */
    private void look(Page page, String name) {
        page.evaluate("scrollTo(0, 0)");
        for (Look look : Look.values()) {
            look.put(page);
            look(page, look, name);
        }
        Look.LIGHT.put(page);
    }

    /** Takes the picture first: it is wanted most where something is wrong. */
    private void look(Page page, Look look, String name) {
        String file = name + "-" + look.name().toLowerCase(Locale.ROOT) + ".png";
        page.screenshot(new ScreenshotOptions().setPath(PICTURES.resolve(file)).setFullPage(true));
        // The legacy mode does without a second page for what frames find; there are none. Nor is what is well
        // described.
        AxeRunOptions options = new AxeRunOptions();
        options.setResultTypes(List.of("violations"));
        AxeBuilder axe = new AxeBuilder(page).setLegacyMode(true).options(options);
        List<Rule> violations = look.rules(axe).analyze().getViolations();
        findings.assertThat(violations.stream()
                        .map(rule -> file + ": " + rule.getId() + " " + rule.getHelp() + " "
                                + rule.getNodes().stream()
                                        .map(node -> node.getHtml() + " " + node.getFailureSummary())
                                        .limit(3)
                                        .toList()))
                .isEmpty();
        Object overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        findings.assertThat(overflow).as(file + " scrolls sideways").isEqualTo(0);
        findings.assertThat(page.evaluate(CUT_OFF))
                .as(file + " has tables that are cut off")
                .isEqualTo(0);
    }

    private static NewContextOptions options() {
        return new NewContextOptions()
                .setIgnoreHTTPSErrors(true)
                // Colours are not to be measured on their way to others.
                .setReducedMotion(ReducedMotion.REDUCE)
                .setColorScheme(Look.LIGHT.scheme)
                .setViewportSize(Look.LIGHT.width, HEIGHT);
    }

    private static void signIn(Page page, String login) {
        signIn(page, login, "**/jails*");
    }

    private static void signIn(Page page, String login, String next) {
        page.locator("#login").fill(login);
        page.locator("#password").fill(PagesServer.PASSWORD);
        page.locator("button.primary").click();
        page.waitForURL(
                Pattern.compile(next.replace("?", "\\?")
                                .replace("**", ".~")
                                .replace("*", "[^/]*")
                                .replace(".~", ".*") + "$"));
    }

    /** A page on which every complaint of the browser fails the test: a blocked script or style is one. */
    private static Page page(BrowserContext context) {
        Page page = context.newPage();
        List<String> complaints = new ArrayList<>();
        page.onConsoleMessage(message -> {
            if (message.text().contains("Content Security Policy")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        context.onClose(_ -> assertThat(complaints).isEmpty());
        return page;
    }

    private PagesServer server() {
        return Objects.requireNonNull(started);
    }

    private Chromium browser() {
        return Objects.requireNonNull(launched);
    }

    private JailView jail() {
        return jails.getFirst();
    }
}
