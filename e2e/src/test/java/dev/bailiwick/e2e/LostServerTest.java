package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsHiddenOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Open pages while their server hangs or is gone, and after its return. */
@Tag("browser")
@OnFleet
class LostServerTest {

    /** Longer than any page waits, so that the time of a late page is measured. */
    private static final double PATIENCE = 30_000;

    /** The promised maximum. */
    private static final long MAX_SILENCE_MILLIS = 5_000;

    /** Half of the time that the server would wait for unfinished answers. */
    private static final Duration MAX_STOP = Duration.ofSeconds(10);

    private static final String NOTE_WHEN_STALE = """
            new MutationObserver(() => { window.staleAt ??= Date.now(); })
                .observe(document.documentElement, { attributes: true, attributeFilter: ["data-stale"] })""";

    @Test
    void everyPageSaysWithinFiveSecondsThatTheServerHangs(Fleet fleet) throws Exception {
        Jail jail = fleet.create(fleet.definition("seen", 90));
        String policy = "/jails/" + jail.id() + "/policy";
        try (Browsing browsing = new Browsing(fleet)) {
            Map<String, Page> pages = browsing.open(
                    "/jails/" + jail.id(),
                    policy,
                    "/jails/" + jail.id() + "/activity",
                    "/jails",
                    "/hosts",
                    "/hosts/" + fleet.host(),
                    "/jails/" + jail.id() + "/denials",
                    "/jails/" + jail.id() + "/observation",
                    "/jails/rollout",
                    "/jails/new",
                    "/kept-files");
            Page page = Objects.requireNonNull(pages.get(policy));
            assertThat(page.locator("#jail-state")).containsText("Running");

            long stopped = System.currentTimeMillis();
            signal(fleet, "STOP");
            try {
                // The page answers or gives up this request while the pages wait for the server.
                page.locator("#explain-call").fill("mount");
                page.locator("#explain-call").press("Enter");
                expectStaleness(pages, stopped, "hangs");
                assertThat(page.locator("#do-stop")).isDisabled();
                assertThat(page.locator("#lost .age")).containsText("UTC, ");
                assertThat(String.valueOf(page.evaluate(
                                "getComputedStyle(document.querySelector('#jail-state .state'), '::after').content")))
                        .contains("as of ");
                assertThat(page.locator("#explain .unanswered"))
                        .containsText("did not answer in time", new ContainsTextOptions().setTimeout(PATIENCE));
            } finally {
                signal(fleet, "CONT");
            }
            expectRecovery(pages);
            assertThat(page.locator("#do-stop")).isEnabled();
            page.locator("#explain-call").press("Enter");
            assertThat(page.locator(".layers .end")).containsText("The process");
            assertThat(page.locator("#explain .unanswered")).hasCount(0);
        }
    }

    @Test
    void everyPageSaysThatTheServerIsGoneAndGoesOnWhenItIsBack(Fleet fleet) throws Exception {
        Jail jail = fleet.create(fleet.definition("gone", 91));
        try (Browsing browsing = new Browsing(fleet)) {
            Map<String, Page> pages = browsing.open("/jails/" + jail.id(), "/jails", "/hosts", "/jails/rollout");
            Page page = Objects.requireNonNull(pages.get("/jails/" + jail.id()));
            Page list = Objects.requireNonNull(pages.get("/jails"));
            assertThat(page.locator("#jail-state")).containsText("Running");

            long killed = System.currentTimeMillis();
            fleet.server().kill();
            try {
                expectStaleness(pages, killed, "is gone");
                list.locator("[data-search]").fill("gone");
                assertThat(list.locator(".unanswered")).containsText("cannot be reached");
                assertThat(list.locator("#jail-" + jail.id())).isVisible();
            } finally {
                fleet.server().start();
                fleet.awaitReady();
                fleet.awaitConnected();
            }
            expectRecovery(pages);
            assertThat(list.locator(".unanswered")).isHidden(new IsHiddenOptions().setTimeout(PATIENCE));
            page.locator("#do-stop").click();
            Awaitility.await()
                    .until(() -> fleet.operator()
                            .jail(jail.id())
                            .orElseThrow()
                            .wanted()
                            .equals("stopped"));
            page.navigate(fleet.origin().resolve("/jails/" + jail.id()).toString());
            assertThat(page.locator("#jail-state"))
                    .containsText("Stopped", new ContainsTextOptions().setTimeout(PATIENCE));
        }
    }

    @Test
    void theServerWaitsForNoOpenPageWhenItStops(Fleet fleet) throws Exception {
        try (Browsing browsing = new Browsing(fleet)) {
            Map<String, Page> pages = browsing.open("/jails", "/hosts");
            long asked = System.nanoTime();
            try {
                fleet.server().stop();
                assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(MAX_STOP);
            } finally {
                fleet.server().start();
                fleet.awaitReady();
                fleet.awaitConnected();
            }
            expectRecovery(pages);
        }
    }

    private static void expectStaleness(Map<String, Page> pages, long since, String what) {
        pages.forEach((path, page) -> {
            assertThat(page.locator("#lost [data-trouble=silent]"))
                    .isVisible(new IsVisibleOptions().setTimeout(PATIENCE));
            long after = ((Number) page.evaluate("window.staleAt")).longValue() - since;
            System.out.printf("%s says after %,d ms that the server %s%n", path, after, what);
            assertThat(after).as(path).isLessThanOrEqualTo(MAX_SILENCE_MILLIS);
        });
    }

    private static void expectRecovery(Map<String, Page> pages) {
        for (Page page : pages.values()) {
            assertThat(page.locator("#lost")).isHidden(new IsHiddenOptions().setTimeout(PATIENCE));
            assertThat(page.locator("[data-held]")).hasCount(0);
        }
    }

    private static void signal(Fleet fleet, String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(
                                "kill", "-" + name, Long.toString(fleet.server().pid()))
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    /** A browser of the fleet's operator, with a page for each path. */
    private static final class Browsing implements AutoCloseable {

        private final Fleet fleet;
        private final Chromium chromium;
        private final BrowserContext context;

        Browsing(Fleet fleet) throws IOException {
            this.fleet = fleet;
            this.chromium = Chromium.launch(fleet.origin());
            this.context = chromium.newContext(new NewContextOptions().setIgnoreHTTPSErrors(true));
            Page page = page("/sign-in");
            page.locator("#login").fill(fleet.entry().login());
            page.locator("#password").fill(fleet.entry().password());
            page.locator("button.primary").click();
            page.waitForURL("**/jails");
            page.close();
        }

        Map<String, Page> open(String... paths) {
            Map<String, Page> pages = new LinkedHashMap<>();
            for (String path : paths) {
                Page page = page(path);
                page.evaluate(NOTE_WHEN_STALE);
                pages.put(path, page);
            }
            return pages;
        }

        private Page page(String path) {
            Page page = context.newPage();
            page.navigate(fleet.origin().resolve(path).toString());
            return page;
        }

        @Override
        public void close() {
            chromium.close();
        }
    }
}
