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
import dev.bailiwick.server.jail.JailView;
import java.io.IOException;
import java.io.UncheckedIOException;
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
 * The pages in a real browser, as light, dark and phone. Each page looked at is checked with axe against WCAG 2.2 AA, and a picture of
 * it is kept in {@code target/screenshots}. All tests of this process share one server and one browser, since a start takes longer than
 * most of them.
 */
final class PagesOnScreen implements BeforeEachCallback, AfterEachCallback {

    static final Path PICTURES = Path.of("target", "screenshots");
    private static final List<String> WCAG =
            List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

    /** The one rule that colours decide, and that takes longest. */
    private static final String CONTRAST = "color-contrast";

    /** How many tables are wider than what they are in. */
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

        /** Rules that another look checks as well are left to that look. */
        abstract AxeBuilder rules(AxeBuilder axe);

        /** As it would be where the system's colours or the window change under the page. */
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
            browser = Chromium.launch();
        }
        // A stream that was cut is opened again after three seconds.
        PlaywrightAssertions.setDefaultAssertionTimeout(15_000);
    }

    /** All pages are looked at before the first thing found fails the test. */
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
                throw new UncheckedIOException("The server of the pages does not end", e);
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

    /** In every look, and in light at the end as before. */
    void look(Page page, String name) {
        page.evaluate("scrollTo(0, 0)");
        for (Look look : Look.values()) {
            look.put(page);
            look(page, look, name);
        }
        Look.LIGHT.put(page);
    }

    /** Takes the picture first: it is wanted most where something is wrong. */
    void look(Page page, Look look, String name) {
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

    static NewContextOptions options() {
        return new NewContextOptions()
                .setIgnoreHTTPSErrors(true)
                // Colours are not to be measured on their way to others.
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

    /** A page on which every complaint of the browser fails the test: a blocked script or style is one. */
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
