package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.CheckedNode;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Tracing;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;

/** Somebody at the console of a jail, in a browser of their own. */
final class ConsoleVisitor implements AutoCloseable {

    /** For what takes a while on a slow machine. */
    static final double PATIENCE = 30_000;

    private final Fleet fleet;
    private final BrowserContext context;
    private final Page page;
    private final List<String> tickets = new ArrayList<>();
    private String record = "";
    private final List<String> complaints = new ArrayList<>();

    ConsoleVisitor(Fleet fleet, Chromium chromium, String login, String password) {
        this.fleet = fleet;
        this.context = chromium.newContext(PagesOnScreen.options()
                .setTimezoneId("Europe/Berlin")
                .setPermissions(List.of("clipboard-read", "clipboard-write")));
        this.page = context.newPage();
        page.onRequest(this::count);
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.text().contains("Content Security Policy")) {
                complaints.add(message.text());
            }
        });
        open("/sign-in");
        page.locator("#login").fill(login);
        page.locator("#password").fill(password);
        page.locator("button.primary").click();
        page.waitForURL("**/jails");
    }

    /** Records what happens from now on, with pictures. */
    ConsoleVisitor recorded(String as) {
        context.tracing()
                .start(new Tracing.StartOptions()
                        .setTitle(as)
                        .setName(as)
                        .setScreenshots(true)
                        .setSnapshots(true));
        record = as;
        return this;
    }

    /** Stores the record in a directory, once. */
    void keepRecord(Path directory) {
        context.tracing().stop(new Tracing.StopOptions().setPath(directory.resolve(record + ".zip")));
    }

    private void count(Request request) {
        if (request.url().endsWith("/ticket")) {
            tickets.add(request.url());
        }
    }

    Page page() {
        return page;
    }

    /** Returns how often the page asked for a ticket. */
    int tickets() {
        return tickets.size();
    }

    /** Returns what the browser found wrong, such as a style that the content policy blocks. */
    List<String> complaints() {
        return complaints;
    }

    void open(String path) {
        page.navigate(fleet.origin().resolve(path).toString());
    }

    /** Opens a new console from the page of a jail, and returns the path of its session. */
    String openConsole(Jail jail) {
        open("/jails/" + jail.id());
        page.locator("a[href$='/console']").first().click();
        page.locator("#do-open-console").click();
        awaitState("attached");
        awaitViewer("(you) writes");
        return URI.create(page.url()).getPath();
    }

    /** Attaches to a session from the list of them. */
    void attach(Jail jail, String session) {
        open("/jails/" + jail.id() + "/console");
        page.locator(".does a[href='" + session + "']").click();
        awaitState("attached");
    }

    void awaitState(String state) {
        assertThat(page.locator("#console-state[data-state=" + state + "]"))
                .isVisible(new IsVisibleOptions().setTimeout(PATIENCE));
    }

    void type(String line) {
        page.locator("#console-screen textarea").focus();
        page.keyboard().type(line);
        page.keyboard().press("Enter");
    }

    Locator rows() {
        return page.locator("#console-screen .xterm-rows");
    }

    void awaitText(String text) {
        assertThat(rows()).containsText(text, new ContainsTextOptions().setTimeout(PATIENCE));
    }

    void awaitViewer(String text) {
        assertThat(page.locator("#console-viewers")).containsText(text, new ContainsTextOptions().setTimeout(PATIENCE));
    }

    /** Checks what the page shows against WCAG 2.2 AA. */
    void requireAccessible() {
        List<Rule> violations = new AxeBuilder(page)
                .setLegacyMode(true)
                .withTags(List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"))
                .analyze()
                .getViolations();
        Assertions.assertThat(violations.stream()
                        .map(rule -> rule.getId() + " "
                                + rule.getNodes().stream()
                                        .map(CheckedNode::getHtml)
                                        .toList()))
                .isEmpty();
    }

    /** Returns all that the terminal has. */
    String everything() {
        page.evaluate("() => navigator.clipboard.writeText('')");
        page.locator("[data-does=copy]").click();
        page.waitForCondition(
                () -> !page.evaluate("() => navigator.clipboard.readText()").equals(""));
        return String.valueOf(page.evaluate("() => navigator.clipboard.readText()"));
    }

    @Override
    public void close() {
        context.close();
    }
}
