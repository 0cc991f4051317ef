package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.figure.HostFigures;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.jail.view.JailView;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The charts of a jail and of a host in a browser, which accepts no style and no script but the server's files. */
@Tag("browser")
class FigurePagesTest {

    @Test
    void drawsWhatAJailUsedWithoutAViolationOfTheContentPolicy() throws Exception {
        Chromium.assumeInstalled();
        PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
        try (PagesServer server = PagesServer.start();
                Chromium browser = Chromium.launch(URI.create(server.url("/")))) {
            JailView jail = server.define(server.connectedHost(), "measured", "measured.example.org");
            UUID run = UUID.randomUUID();
            Instant now = Instant.ofEpochSecond(Instant.now().getEpochSecond() / 300 * 300);
            for (int slot = 0; slot < 20; slot++) {
                server.used(jail, slot(jail, run, now.minusSeconds(300L * (30 - slot)), slot));
            }
            BrowserContext context = browser.newContext(
                    new NewContextOptions().setIgnoreHTTPSErrors(true).setViewportSize(1280, 900));
            List<String> complaints = new ArrayList<>();
            try (Page page = context.newPage()) {
                page.onConsoleMessage(message -> complaints.add(message.text()));
                page.onPageError(complaints::add);
                page.navigate(server.url("/sign-in"));
                page.locator("#login").fill("bea");
                page.locator("#password").fill(PagesServer.PASSWORD);
                page.locator("button.primary").click();
                page.waitForURL("**/jails");

                page.navigate(server.url("/jails/" + jail.id()));
                page.locator(".tabs a[href$='/figures']").click();

                assertThat(page.locator("#figures-cpu .uplot canvas")).isVisible();
                assertThat(page.locator("#figures-network .uplot canvas")).isVisible();
                assertThat(page.locator("#figures-memory .uplot")).hasCount(0);
                assertThat(page.locator("#figures-memory .none")).isVisible();
                assertThat(page.locator("#figures-cpu .none")).isHidden();
                assertThat(coloured(page, "#figures-cpu"))
                        .as("pixels of the line")
                        .isGreaterThan(100);
                page.locator("#figures-cpu summary").click();
                assertThat(page.locator("#figures-cpu details tbody tr")).hasCount(20);
                assertThat(page.locator("#figures-cpu details tbody td").first())
                        .hasText("10.00 %");

                // Without another request for the page:
                page.evaluate("() => { window.sameDocument = true; }");
                server.used(jail, slot(jail, run, now.minusSeconds(300), 30));
                assertThat(page.locator("#figures-cpu details tbody tr")).hasCount(21);
                assertThat(page.locator("#figures-markers tbody tr")).hasCount(1);
                assertThat(page.locator("#figures-markers tbody td")).hasText("Started");
                server.redefine(
                        jail,
                        new DefinitionDraft(
                                "measured", "other.example.org", null, null, null, null, null, null, null, null));
                assertThat(page.locator("#figures-markers tbody tr")).hasCount(2);
                assertThat(page.locator("#figures-markers tbody td").last()).hasText("Definition changed");
                assertThat((Boolean) page.evaluate("() => window.sameDocument")).isTrue();

                // Times have 24 hours.
                page.locator("#figures-cpu .u-over").hover();
                assertThat(page.locator("#figures-cpu .u-legend .u-value").first())
                        .hasText(Pattern.compile("\\d+ [A-Z][a-z]{2} \\d{4}, \\d{2}:\\d{2}"));
                String light = colour(page, "#figures-cpu");
                page.locator("[data-theme-toggle]").first().click();
                page.waitForFunction("light => window.colourOf('#figures-cpu') !== light", light);
                // A narrow screen gets a narrow chart.
                page.setViewportSize(400, 800);
                page.waitForFunction("() => document.querySelector('#figures-cpu .uplot').clientWidth < 400");
                followsAHost(server, page);
            }
            assertThat(complaints).isEmpty();
        }
    }

    private static void followsAHost(PagesServer server, Page page) {
        page.navigate(server.url("/hosts/" + server.connectedHost()));
        page.locator("#do-figures").click();
        assertThat(page.locator("#figures-host-cpu .none")).isVisible();
        assertThat(page.locator("#host-uses tbody tr")).hasCount(2);

        Instant slot = Instant.ofEpochSecond(Instant.now().getEpochSecond() / 300 * 300 - 300);
        server.used(
                server.connectedHost(),
                new HostFigures(
                        UUID.randomUUID(),
                        slot,
                        30,
                        Map.of(
                                HostMetric.CPU_TIME, new Counter(0, 150_000_000),
                                HostMetric.JAILS_CPU_TIME, new Counter(0, 75_000_000)),
                        Map.of()));
        assertThat(page.locator("#figures-host-cpu .uplot canvas")).isVisible();
        assertThat(page.locator("#host-uses tbody tr").first().locator("td").last())
                .hasText("50.00 %");
    }

    private static JailFigures slot(JailView jail, UUID run, Instant at, int number) {
        return new JailFigures(
                jail.id(),
                run,
                at,
                30,
                Map.of(
                        Metric.CPU_TIME, new Counter(number * 30_000_000L, (number + 1) * 30_000_000L),
                        Metric.SENT_BYTES, new Counter(number * 5_000_000L, (number + 1) * 5_000_000L)),
                Map.of());
    }

    /** Returns the colour that most pixels of the chart have which are neither transparent nor grey. */
    private static String colour(Page page, String chart) {
        page.evaluate("""
                () => {
                    window.colourOf = (chart) => {
                        const canvas = document.querySelector(chart + " canvas");
                        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
                        copy.drawImage(canvas, 0, 0);
                        const pixels = copy.getImageData(0, 0, canvas.width, canvas.height).data;
                        const counts = new Map();
                        for (let i = 0; i < pixels.length; i += 4) {
                            const [r, g, b] = pixels.slice(i, i + 3);
                            if (pixels[i + 3] === 255 && Math.max(r, g, b) - Math.min(r, g, b) > 40) {
                                counts.set(`${r} ${g} ${b}`, (counts.get(`${r} ${g} ${b}`) ?? 0) + 1);
                            }
                        }
                        return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0] ?? "none";
                    };
                }""");
        return (String) page.evaluate("chart => window.colourOf(chart)", chart);
    }

    /** Returns how many pixels of the chart are neither transparent nor grey. */
    private static int coloured(Page page, String chart) {
        return ((Number) page.evaluate("""
                (chart) => {
                    const canvas = document.querySelector(chart + " canvas");
                    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
                    copy.drawImage(canvas, 0, 0);
                    const pixels = copy.getImageData(0, 0, canvas.width, canvas.height).data;
                    let count = 0;
                    for (let i = 0; i < pixels.length; i += 4) {
                        const [r, g, b] = pixels.slice(i, i + 3);
                        if (pixels[i + 3] > 0 && Math.max(r, g, b) - Math.min(r, g, b) > 40) {
                            count++;
                        }
                    }
                    return count;
                }""", chart)).intValue();
    }
}
