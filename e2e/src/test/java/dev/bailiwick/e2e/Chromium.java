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

/** The installed browser. It connects only to the pages that a test opens. */
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

    /** Skips the test if the browser is not installed. A test calls this first. */
    static void assumeInstalled() {
        assumeTrue(Files.isExecutable(PROGRAM), "Skipped: there is no Chromium at " + PROGRAM);
    }

    static Chromium launch(String... options) {
        return launch(PROGRAM, options);
    }

    /** @param program a program that runs Chromium with its own arguments */
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

    /** Returns a context with the cookies of one user. */
    BrowserContext newContext(NewContextOptions options) {
        return browser.newContext(options);
    }

    /**
     * Opens a page on a machine with jails. It tries again if the browser gave up because a network link came or went, as a browser
     * does by itself for its user.
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
                // While jails start, links come and go.
                page.waitForTimeout(PAUSE_MILLIS);
            }
        }
    }

    /** Returns whether a change of the network caused the failure; the browser's error page of the previous attempt counts too. */
    private static boolean isOfTheNetwork(String failure) {
        return failure.contains("ERR_NETWORK_CHANGED") || failure.contains("chrome-error://");
    }

    @Override
    public void close() {
        playwright.close();
    }
}
