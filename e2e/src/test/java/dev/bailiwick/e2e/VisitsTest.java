package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ReducedMotion;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.jail.view.JailView;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** A user who looks for one of many jails, or for one that is gone, stays while jails come and go, and has a small screen. */
@Tag("browser")
@TestInstance(Lifecycle.PER_CLASS)
class VisitsTest {

    /** A second visit loads only the page itself. */
    private static final long MAX_BYTES = 12 * 1024;

    private static final int MAX_REQUESTS = 3;

    private @Nullable PagesServer started;
    private @Nullable Chromium launched;
    private @Nullable BrowserContext operators;
    private @Nullable BrowserContext customers;

    @BeforeAll
    void startServerAndBrowser() throws Exception {
        Chromium.assumeInstalled();
        PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
        started = PagesServer.start();
        // The browser must trust the server; otherwise it caches nothing.
        URI address = URI.create(started.url("/"));
        launched = Chromium.launch(address, "--ignore-certificate-errors-spki-list=" + TrustStore.keyHash(address));
        operators = signedIn("bea");
        customers = signedIn("karl");
    }

    private BrowserContext signedIn(String login) {
        BrowserContext context = Objects.requireNonNull(launched)
                .newContext(new NewContextOptions()
                        .setReducedMotion(ReducedMotion.REDUCE)
                        .setViewportSize(1280, 900));
        Page page = context.newPage();
        page.navigate(server().url("/sign-in"));
        page.locator("#login").fill(login);
        page.locator("#password").fill(PagesServer.PASSWORD);
        page.locator("button.primary").click();
        page.waitForURL("**/jails");
        page.close();
        return context;
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

    @Test
    void loadsNothingTwice() {
        JailView jail = define("visited");
        server().report(jail, 1, Phase.RUNNING, Instant.now());
        List<String> paths = List.of(
                "/jails",
                "/jails?phase=removed",
                "/jails/" + jail.id(),
                "/jails/" + jail.id() + "?view=customer",
                "/jails/" + jail.id() + "/policy?call=mount",
                "/jails/" + jail.id() + "/network",
                "/jails/" + jail.id() + "/activity",
                "/jails/" + jail.id() + "/settings",
                "/jails/" + jail.id() + "/edit",
                "/jails/" + jail.id() + "/retire",
                "/jails/" + jail.id() + "/denials",
                "/jails/" + jail.id() + "/observation",
                "/jails/new",
                "/jails/rollout",
                "/kept-files",
                "/hosts",
                "/hosts/" + server().connectedHost(),
                "/hosts/new",
                "/customers",
                "/customers/new",
                "/account");
        System.out.printf("%-12s %-60s %8s %10s%n", "second visit", "of", "requests", "bytes");
        for (String path : paths) {
            expectLight("operator", operators(), path);
        }
        for (String path : List.of("/jails", "/jails/" + jail.id(), "/account")) {
            expectLight("customer", customers(), path);
        }
    }

    /** Checks the bytes and requests that the browser counts; these do not include the page's stream, which stays open. */
    private void expectLight(String who, BrowserContext context, String path) {
        try (Page page = context.newPage()) {
            page.navigate(server().url(path));
            page.navigate("about:blank");
            page.navigate(server().url(path));
            List<?> sizes = (List<?>) page.evaluate("""
                    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
                        .map((loaded) => loaded.transferSize).filter((bytes) => bytes > 0)""");
            long bytes = sizes.stream()
                    .mapToLong(size -> ((Number) size).longValue())
                    .sum();
            System.out.printf("%-12s %-60s %8d %,10d%n", who, path, sizes.size(), bytes);
            assertThat(bytes).as(who + " " + path).isBetween(500L, MAX_BYTES);
            assertThat(sizes).as(who + " " + path).hasSizeBetween(1, MAX_REQUESTS);
        }
    }

    /** Each page that the user leaves aborts a stream; the server must not take this for an attack. */
    @Test
    void goesFromPageToPageWithoutPause() {
        JailView jail = define("hurried");
        try (Page page = operators().newPage()) {
            for (int i = 0; i < 40; i++) {
                page.navigate(server().url(i % 2 == 0 ? "/jails" : "/jails/" + jail.id()));
            }
            assertThat(page.locator("h1")).hasText("hurried");
        }
    }

    /** The page aborts every other request, some before the answer begins, some in the middle. */
    @Test
    void losesNoAnswerToThoseThatAreGivenUp() {
        JailView jail = define("abandoned");
        try (Page page = operators().newPage()) {
            page.navigate(server().url("/account"));
            Object lost = page.evaluate("""
                    async (path) => {
                        let lost = 0;
                        for (let i = 0; i < 300; i++) {
                            const giveUp = new AbortController();
                            const given = fetch(path, { signal: giveUp.signal });
                            given.catch(() => {});
                            const wanted = fetch(path).then((answer) => answer.text());
                            setTimeout(() => giveUp.abort(), i % 25);
                            await wanted.catch(() => lost++);
                        }
                        return lost;
                    }""", "/jails/" + jail.id());
            assertThat(lost).isEqualTo(0);
        }
    }

    @Test
    void findsOneOfAThousandJails() throws Exception {
        server().defineStopped("Vogelsang Handel", "crowd-", 1000);
        JailView sought = server().named("crowd-0777");
        String address = sought.definition().addresses().v4().orElseThrow().toString();
        try (Page page = operators().newPage()) {
            page.navigate(server().url("/jails"));
            assertThat(page.locator(".pager .total")).containsText("1,0");
            for (String text :
                    List.of("crowd-0777", address, sought.id().toString().substring(0, 34), "vogelsang")) {
                page.locator("[data-search]").fill(text);
                page.waitForURL("**q=" + text + "**");
                if (text.equals("vogelsang")) {
                    assertThat(page.locator(".pager .total")).hasText("1,000 jails");
                } else {
                    assertThat(page.locator(".jails tbody tr").first()).containsText("crowd-0777");
                }
            }
            page.locator("[data-search]").fill(sought.id().toString());
            assertThat(page.locator(".jails tbody tr")).hasCount(1);
            page.locator(".jails tbody a").click();
            assertThat(page.locator("h1")).hasText("crowd-0777");
        }
    }

    @Test
    void showsJailsThatComeAndGoWhileOneLooks() {
        JailView leaving = define("leaving");
        try (Page page = customers().newPage()) {
            page.navigate(server().url("/jails?q=ing"));
            assertThat(page.locator("#jail-" + leaving.id())).isVisible();

            JailView coming = define("coming");
            assertThat(page.locator("#jail-" + coming.id())).isVisible();

            server().remove(leaving);
            assertThat(page.locator("#jail-" + leaving.id())).hasCount(0);
            assertThat(page.locator("#jail-" + coming.id())).isVisible();
        }
    }

    @Test
    void findsARemovedJailWithItsHistory() {
        JailView gone = define("bygone");
        server().remove(gone);
        for (BrowserContext context : List.of(operators(), customers())) {
            try (Page page = context.newPage()) {
                page.navigate(server().url("/jails"));
                page.locator("select[name=phase]").selectOption("removed");
                page.locator("[data-search]").fill("bygone");
                page.waitForURL(Pattern.compile(".*q=bygone.*"));
                assertThat(page.locator(".jails tbody tr")).hasCount(1);
                assertThat(page.locator("#jails")).containsText("listed for 90 days");
                page.locator(".jails tbody a").click();
                assertThat(page.locator("h1")).hasText("bygone");
                assertThat(page.locator("main")).containsText("Retired");
                assertThat(page.locator("main"))
                        .containsText(
                                gone.definition().addresses().v4().orElseThrow().toString());
            }
        }
    }

    @Test
    void coversNoNameWithACheckboxOnAPhone() {
        define("box-one");
        define("box-two");
        try (Page page = operators().newPage()) {
            page.setViewportSize(390, 844);
            page.navigate(server().url("/jails/rollout?q=box-"));
            Locator rows = page.locator(".rollout-table tbody tr");
            assertThat(rows).hasCount(2);
            for (Locator row : rows.all()) {
                BoundingBox box = row.locator("input").boundingBox();
                BoundingBox name = row.locator("label").boundingBox();
                assertThat(name.x).isGreaterThanOrEqualTo(box.x + box.width);
            }
        }
    }

    @Test
    void showsNumbersAndButtonsInOneLineOnAPhone() {
        JailView jail = define("pocket");
        try (Page page = operators().newPage()) {
            page.setViewportSize(390, 844);
            page.navigate(server().url("/jails/" + jail.id()));
            List<Double> tops = page.locator("#jail-generations .count").all().stream()
                    .map(count -> count.boundingBox().y)
                    .toList();
            assertThat(tops).hasSize(3);
            assertThat(tops.stream().distinct()).as("one line").hasSize(1);
            page.navigate(server().url("/jails/" + jail.id() + "/settings"));
            List<Double> links = page.locator(".page-head .actions > a.button").all().stream()
                    .map(link -> link.boundingBox().y)
                    .toList();
            assertThat(links).as("edit and retire").hasSize(2);
            assertThat(links.stream().distinct()).as("none alone in a row").hasSize(1);
        }
    }

    private JailView define(String name) {
        return server().define(server().connectedHost(), name, name + ".example.org");
    }

    private PagesServer server() {
        return Objects.requireNonNull(started);
    }

    private BrowserContext operators() {
        return Objects.requireNonNull(operators);
    }

    private BrowserContext customers() {
        return Objects.requireNonNull(customers);
    }
}
