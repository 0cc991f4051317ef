package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.args.AxeRunOptions;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.EmulateMediaOptions;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import dev.bailiwick.server.jail.view.JailView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Shows pages in a real browser: light, dark, and as on a phone. Checks each page with axe against WCAG 2.2 AA, and stores a picture in
 * {@code target/screenshots}. All tests of this process share one server and one browser, because a start takes longer than most
 * tests.
 */
final class PagesOnScreen implements BeforeEachCallback, AfterEachCallback {

    static final Path PICTURES = Path.of("target", "screenshots");
    private static final List<String> WCAG =
            List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

    /** The only rule that depends on colours, and the one that takes longest. */
    private static final String CONTRAST = "color-contrast";

    /** All looks, or those that can find a fault. */
    private static final List<Look> LOOKS =
            Boolean.getBoolean("bailiwick.long") ? List.of(Look.values()) : List.of(Look.LIGHT, Look.DARK, Look.PHONE);

    /** A script that counts the tables that are wider than their container. */
    private static final String CUT_OFF =
            "[...document.querySelectorAll('main table')].filter(table => table.parentElement.scrollWidth > table.parentElement.clientWidth).length";

    static final int HEIGHT = 900;

    enum Look {
        LIGHT(ColorScheme.LIGHT, 1280) {
            @Override
            AxeBuilder rules(AxeBuilder axe) {
                return axe.withTags(WCAG);
            }
        },
        /** {@link #LIGHT} with other colours. */
        DARK(ColorScheme.DARK, 1280) {
            @Override
            AxeBuilder rules(AxeBuilder axe) {
                return axe.withRules(List.of(CONTRAST));
            }
        },
        /** {@link #LIGHT} with another width. */
        PHONE(ColorScheme.LIGHT, 390) {
            @Override
            AxeBuilder rules(AxeBuilder axe) {
                return axe.withTags(WCAG).disableRules(List.of(CONTRAST));
            }
        },
        /** {@link #DARK} with another width. It is only for the picture, because the other looks find all its faults; an ordinary run leaves it out. */
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

        /** Selects the rules for this look; it leaves out rules that another look checks as well. */
        abstract AxeBuilder rules(AxeBuilder axe);

        /** Changes colours and width of an open page, as if the system's colours or the window had changed. */
        void put(Page page) {
            page.emulateMedia(new EmulateMediaOptions().setColorScheme(scheme));
            page.setViewportSize(width, HEIGHT);
        }
    }

    private static @Nullable PagesServer server;
    private static @Nullable Chromium browser;
    private static List<JailView> jails = List.of();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(PagesOnScreen::close, "pages-end"));
    }

    private SoftAssertions findings = new SoftAssertions();

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        findings = new SoftAssertions();
        if (browser == null) {
            Chromium.assumeInstalled();
            Files.createDirectories(PICTURES);
            PagesServer started = PagesServer.start();
            server = started;
            jails = started.jailsInEveryState();
            // Chromium offers no passkeys where it has ignored a wrong certificate, only where it looks at none.
            browser = Chromium.launch(URI.create(started.url("/")), "--ignore-certificate-errors");
        }
        // A page opens a stream that was cut again after three seconds.
        PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
    }

    /** Fails the test after all its pages have been checked. */
    @Override
    public void afterEach(ExtensionContext context) {
        findings.assertAll();
    }

    private static void close() {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            try {
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException("The server of the pages did not end", e);
            }
        }
    }

    PagesServer server() {
        return Objects.requireNonNull(server);
    }

    BrowserContext newContext(NewContextOptions options) {
        return Objects.requireNonNull(browser).newContext(options);
    }

    List<JailView> jails() {
        return jails;
    }

    JailView jail() {
        return jails.getFirst();
    }

    SoftAssertions findings() {
        return findings;
    }

    void open(Page page, String path, String name) {
        navigate(page, path);
        look(page, name);
    }

    void navigate(Page page, String path) {
        page.navigate(server().url(path));
    }

    /** Checks the page in each look, and returns to {@link Look#LIGHT}. */
    void look(Page page, String name) {
        page.evaluate("scrollTo(0, 0)");
        for (Look look : LOOKS) {
            look.put(page);
            look(page, look, name);
        }
        Look.LIGHT.put(page);
    }

    /** Checks the page in one look, after taking its picture, which is most useful after a failure. */
    void look(Page page, Look look, String name) {
        String file = name + "-" + look.name().toLowerCase(Locale.ROOT) + ".png";
        page.screenshot(new ScreenshotOptions().setPath(PICTURES.resolve(file)).setFullPage(true));
        // The pages have no frames, so the legacy mode, without a second page, suffices. Only violations are reported.
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
        findings.assertThat(page.locator("body").innerText())
                .as(file + " shows the key of a message that does not exist")
                .doesNotContain("??");
        Object overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        findings.assertThat(overflow).as(file + " scrolls sideways").isEqualTo(0);
        findings.assertThat(page.evaluate(CUT_OFF))
                .as(file + " has tables that are cut off")
                .isEqualTo(0);
    }

    static NewContextOptions options() {
        return new NewContextOptions()
                .setIgnoreHTTPSErrors(true)
                // Without reduced motion, colours would be measured during a transition.
                .setReducedMotion(ReducedMotion.REDUCE)
                .setColorScheme(Look.LIGHT.scheme)
                .setViewportSize(Look.LIGHT.width, HEIGHT);
    }

    static void signIn(Page page, String login) {
        signIn(page, login, "**/jails*");
    }

    static void signIn(Page page, String login, String next) {
        page.locator("#login").fill(login);
        page.locator("#password").fill(PagesServer.PASSWORD);
        page.locator("button.primary").click();
        page.waitForURL(
                Pattern.compile(next.replace("?", "\\?")
                                .replace("**", ".~")
                                .replace("*", "[^/]*")
                                .replace(".~", ".*") + "$"));
    }

    /** Returns a page on which each error that the browser reports, such as a blocked script or style, fails the test. */
    static Page page(BrowserContext context) {
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
}
