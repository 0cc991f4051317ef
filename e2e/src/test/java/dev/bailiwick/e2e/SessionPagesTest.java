package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages after their session has ended, without scripts, and with only a keyboard. */
@Tag("browser")
class SessionPagesTest {

    @RegisterExtension
    private final PagesOnScreen screen = new PagesOnScreen();

    @Test
    void worksWithTheKeyboardAndRemembersTheTheme() {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails");
            PagesOnScreen.signIn(page, "ada");
            page.keyboard().press("/");
            assertThat(page.locator("[data-search]")).isFocused();
            page.keyboard().type("forum");
            page.waitForURL("**q=forum**");
            assertThat(page.locator(".jails tbody tr")).hasCount(1);
            page.locator("[data-theme-toggle]").click();
            page.reload();
            assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
        }
    }

    @Test
    void worksWithoutScripts() {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options().setJavaScriptEnabled(false))) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails/new");
            PagesOnScreen.signIn(page, "ada", "**/jails/new*");
            page.locator("#name").fill("plain");
            page.locator("#customer").fill("Halle Online");
            page.locator("button[name=add]").click();
            assertThat(page.locator("#name")).hasValue("plain");
            page.locator("button[name=remove]").click();
            page.locator(".form-end .primary").click();
            assertThat(page.locator("h1")).hasText("plain");
            page.locator("#do-stop").click();
            assertThat(page.locator("#do-stop")).isDisabled();
            assertThat(page.locator(".read-at")).containsText(" UTC. Without JavaScript");
            page.locator(".menu summary").click();
            page.locator(".menu form button").click();
            assertThat(page.locator("h1")).containsText("Sign in");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsAFormOverTheEndOfItsSession(boolean scripts) {
        String name = "kept-" + scripts;
        try (BrowserContext context = screen.newContext(PagesOnScreen.options().setJavaScriptEnabled(scripts))) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails/new");
            PagesOnScreen.signIn(page, scripts ? "ella" : "finn", "**/jails/new*");
            page.locator("#name").fill(name);
            page.locator("#customer").fill("Halle Online");
            if (scripts) {
                assertThat(page.locator("#customer-suggestions option[value='Halle Online']"))
                        .hasCount(1);
            }
            page.locator("#environment\\[0\\]\\.name").fill("A");
            page.locator("#environment\\[0\\]\\.value").fill("1\nB=\"2\"");
            page.locator("button[name=add]").click();
            page.locator("#overrides\\[0\\]\\.call").fill("ptrace");
            page.locator("#overrides\\[0\\]\\.reason").fill("because");
            screen.server().endSessions();
            if (scripts) {
                assertThat(page.locator("#lost [data-trouble=ended]")).isVisible();
            }
            page.locator(".form-end .primary").click();
            assertThat(page.locator("main")).containsText("Your session has ended");
            if (scripts) {
                screen.look(page, "sign-in-carried");
            }
            page.locator("#login").fill("mistyped");
            page.locator("#password").fill("wrong");
            page.locator("button.primary").click();
            assertThat(page.locator("#login")).hasValue("mistyped");
            page.locator("#login").fill("finn");
            page.locator("#password").fill(PagesServer.PASSWORD);
            page.locator("button.primary").click();
            assertThat(page.locator("#name")).hasValue(name);
            assertThat(page.locator("#environment\\[0\\]\\.value")).hasValue("1\nB=\"2\"");
            assertThat(page.locator("#overrides\\[0\\]\\.reason")).hasValue("because");
            assertThat(page.locator(".carried")).containsText("Nothing was changed yet");
            assertThat(page.getByText("Another user filled it in")).hasCount(scripts ? 1 : 0);
            if (scripts) {
                screen.look(page, "jail-new-carried");
            }
            page.locator(".form-end .primary").click();
            assertThat(page.locator("h1")).hasText(name);
        }
    }

    @Test
    void showsWhatAButtonDoesThatWasPressedAfterItsSession() {
        PagesServer server = screen.server();
        JailView jail = server.define(server.connectedHost(), "pressed", "pressed.example.org");
        server.report(jail, 1, Phase.RUNNING, Instant.now());
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails/" + jail.id());
            PagesOnScreen.signIn(page, "ella", "**/jails/*-*");
            server.endSessions();
            page.locator("#do-stop").click();
            page.locator("#login").fill("dora");
            page.locator("#password").fill(PagesServer.PASSWORD);
            page.locator("button.primary").click();
            assertThat(page.locator("main")).containsText("Stop pressed");
            assertThat(server.find(jail).generation()).isEqualTo(1);
            screen.look(page, "carried");
            page.locator(".form-end .primary").click();
            assertThat(page.locator("#jail-generations .count").first()).hasText("2");
        }
    }

    @Test
    void saysThatTheSessionHasEndedWhereAPageOnlyAsks() {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails");
            PagesOnScreen.signIn(page, "cleo");
            int rows = page.locator(".jails tbody tr").count();
            Page jail = context.newPage();
            screen.navigate(jail, "/jails/" + screen.jail().id() + "/policy");
            Page roll = context.newPage();
            screen.navigate(roll, "/jails/rollout?q=shop&all=true");
            screen.server().endSessions();
            page.locator("[data-search]").fill("forum");
            assertThat(page.locator(".unanswered"))
                    .containsText("Your session has ended. Nothing was changed. Sign in again");
            assertThat(page.locator(".jails tbody tr")).hasCount(rows);
            assertThat(page).hasURL(screen.server().url("/jails"));
            assertThat(page.locator("#lost [data-trouble=ended]")).isVisible();
            screen.look(page, "jails-ended");
            jail.locator("#explain-call").fill("mount");
            jail.locator("#explain-call").press("Enter");
            assertThat(jail.locator("#explain .unanswered")).containsText("Your session has ended");
            roll.locator("#rollout-jails .primary").click();
            assertThat(roll.locator("#login")).isVisible();
            page.locator("#lost a").click();
            assertThat(page.locator("#login")).isVisible();
        }
    }
}
