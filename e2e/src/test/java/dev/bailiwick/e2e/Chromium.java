package dev.bailiwick.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.PlaywrightException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The browser that is installed here. It talks to nobody but the pages that it is sent to. */
final class Chromium implements AutoCloseable {

    static final Path PROGRAM = Path.of("/usr/bin/chromium");

    private static final List<String> OPTIONS = List.of(
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");
    private static final int MAX_ATTEMPTS = 10;
    private static final double PAUSE_MILLIS = 300;

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /** A test calls this first: without the browser it counts as skipped. */
    static void assumeInstalled() {
        assumeTrue(Files.isExecutable(PROGRAM), "Skipped: there is no Chromium at " + PROGRAM);
    }

    static Chromium launch(String... options) {
        return launch(PROGRAM, options);
    }

    /** @param program something that runs Chromium with the options that it is given */
    static Chromium launch(Path program, String... options) {
        assumeInstalled();
        List<String> all = new ArrayList<>(OPTIONS);
        all.addAll(List.of(options));
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        try {
            return new Chromium(
                    playwright,
                    playwright
                            .chromium()
                            .launch(new LaunchOptions()
                                    .setExecutablePath(program)
                                    .setChromiumSandbox(false)
                                    .setArgs(all)));
        } catch (PlaywrightException e) {
            playwright.close();
            throw e;
        }
    }

    /** Visits of one person. */
    BrowserContext newContext(NewContextOptions options) {
        return browser.newContext(options);
    }

    /**
     * Opens a page from a machine that has jails: again where the browser gave up because a network link came or went meanwhile, as a
     * browser does by itself that nobody drives.
     */
    static void open(Page page, String address) {
        for (int attempt = 1; ; attempt++) {
            try {
                page.navigate(address);
                return;
            } catch (PlaywrightException e) {
                if (attempt == MAX_ATTEMPTS || !isOfTheNetwork(String.valueOf(e.getMessage()))) {
                    throw e;
                }
                // Links come and go for a moment where jails start.
                page.waitForTimeout(PAUSE_MILLIS);
            }
        }
    }

    /** Also where the browser's page about the attempt before comes only now, in the way of this one. */
    private static boolean isOfTheNetwork(String failure) {
        return failure.contains("ERR_NETWORK_CHANGED") || failure.contains("chrome-error://");
    }

    @Override
    public void close() {
        playwright.close();
    }
}
