package dev.bailiwick.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.PlaywrightException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    private final Playwright playwright;
    private final Browser browser;
    private final Optional<BrowserNetwork> network;

    private Chromium(Playwright playwright, Browser browser, Optional<BrowserNetwork> network) {
        this.playwright = playwright;
        this.browser = browser;
        this.network = network;
    }

    /** Skips the test if the browser is not installed. A test calls this first. */
    static void assumeInstalled() {
        assumeTrue(Files.isExecutable(PROGRAM), "Skipped: there is no Chromium at " + PROGRAM);
    }

    /**
     * Starts the browser for the pages of one server. As root, it has a network of its own, where only this server is: see {@link
     * BrowserNetwork}.
     */
    static Chromium launch(URI server, String... options) throws IOException {
        assumeInstalled();
        if (!System.getProperty("user.name").equals("root")) {
            return launch(PROGRAM, Optional.empty(), options);
        }
        BrowserNetwork network = BrowserNetwork.reaching(server);
        try {
            return launch(network.running(PROGRAM), Optional.of(network), options);
        } catch (IOException | PlaywrightException e) {
            network.close();
            throw e;
        }
    }

    /** @param program a program that runs Chromium with its own arguments */
    static Chromium launch(Path program) {
        assumeInstalled();
        return launch(program, Optional.empty());
    }

    private static Chromium launch(Path program, Optional<BrowserNetwork> network, String... options) {
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
                                    .setArgs(all)),
                    network);
        } catch (PlaywrightException e) {
            playwright.close();
            throw e;
        }
    }

    /** Returns a context with the cookies of one user. */
    BrowserContext newContext(NewContextOptions options) {
        return browser.newContext(options);
    }

    /** Returns the network that the browser has as root. */
    BrowserNetwork network() {
        return network.orElseThrow();
    }

    @Override
    public void close() {
        playwright.close();
        try {
            if (network.isPresent()) {
                network.get().close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The browser's network did not end", e);
        }
    }
}
