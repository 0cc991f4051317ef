package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.ObjectNode;

/** The page of a log in a browser, with what a jail wrote. */
@Tag("browser")
@OnFleet
@Timeout(300)
class LogPageTest {

    @Test
    void takesTimesInTheZoneOfTheBrowserAndSendsThemInUtc(Fleet fleet) throws Exception {
        PlaywrightAssertions.setDefaultAssertionTimeout(ConsoleVisitor.PATIENCE);
        ObjectNode definition = fleet.definition("written", 98);
        definition.putArray("command").add("/bin/sh").add("-c").add("echo a line; exec sleep 1000");
        Jail jail = fleet.create(definition);
        try (Chromium chromium = Chromium.launch(fleet.origin(), "--ignore-certificate-errors");
                ConsoleVisitor staff = new ConsoleVisitor(
                        fleet, chromium, fleet.entry().login(), fleet.entry().password())) {
            Page page = staff.page();
            staff.open("/jails/" + jail.id() + "/log");
            assertThat(page.locator("#log")).containsText("a line");
            assertThat(page.locator("#since")).hasAttribute("type", "datetime-local");
            assertThat(page.locator("#since-hint")).hasText("In your time zone: Europe/Berlin");
            look(staff, "log");

            page.locator("#since").fill("2100-01-02T03:04:05");
            page.locator("#do-search-log").click();
            page.waitForURL("**since=2100-01-02T02%3A04%3A05Z&until=");
            assertThat(page.locator("#log-none")).isVisible();
            assertThat(page.locator("#since")).hasValue("2100-01-02T03:04:05");
            page.locator("#since").fill("");
            page.locator("#until").fill("2100-07-02T03:04:05");
            page.locator("#do-search-log").click();
            page.waitForURL("**since=&until=2100-07-02T01%3A04%3A05Z");
            assertThat(page.locator("#log")).containsText("a line");
            look(staff, "log-until");

            staff.open("/jails/" + jail.id() + "/log?since=yesterday");
            assertThat(page.locator("#since")).hasAttribute("aria-invalid", "true");
            assertThat(page.locator("#since")).hasValue("yesterday");
            assertThat(page.locator("#since-hint")).containsText("In UTC");
            look(staff, "log-invalid");
            assertThat(staff.complaints()).isEmpty();
        }
    }

    /** Checks the page as on a desk and as on a phone, and stores pictures. */
    private static void look(ConsoleVisitor visitor, String name) {
        for (PagesOnScreen.Look look : new PagesOnScreen.Look[] {PagesOnScreen.Look.PHONE, PagesOnScreen.Look.LIGHT}) {
            look.put(visitor.page());
            visitor.page()
                    .screenshot(new ScreenshotOptions()
                            .setPath(PagesOnScreen.PICTURES.resolve(name + "-" + look + ".png"))
                            .setFullPage(true));
            visitor.requireAccessible();
            assertThat(visitor.page()
                            .evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                    .isEqualTo(0);
        }
    }
}
