package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.bailiwick.jail.report.DenialAnswer;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Explaining, overriding and observing a policy, and rolling it out to other jails. */
@Tag("browser")
class PolicyPagesTest {

    @RegisterExtension
    private final PagesOnScreen screen = new PagesOnScreen();

    @Test
    void explainsACallAndSaysWhatAnOverrideComesToBeforeItIsSet() {
        PagesServer server = screen.server();
        JailView jail = server.define(server.connectedHost(), "explained", "explained.example.org");
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails/" + jail.id() + "/policy");
            PagesOnScreen.signIn(page, "ada", "**/policy*");
            assertThat(page.locator("#calls option[value=socket]")).hasCount(1);
            page.locator("#explain-call").fill("socket");
            page.locator("#explain-args").fill("40, 1");
            page.keyboard().press("Enter");
            assertThat(page.locator(".layers .end")).containsText("EAFNOSUPPORT");
            assertThat(page.locator(".layers"))
                    .containsText(
                            "allow if the first argument (domain) is AF_UNIX or AF_INET6, or the domain argument is AF_INET");
            assertThat(page.locator(".layers")).not().containsText("low32");
            assertThat(page.locator("#explain-args")).hasValue("40, 1");

            page.locator("#add-override summary").click();
            page.locator("#call").fill("bpf");
            page.locator("#decision").selectOption("allow");
            assertThat(page.locator("#override-preview"))
                    .containsText("it is blocked in every jail, and no override can change this");
            page.locator("#call").fill("mount");
            page.locator("#decision").selectOption("deny:EPERM");
            assertThat(page.locator("#override-preview")).containsText("profile hosting decides the same");
            assertThat(page.locator("#override-preview")).containsText("does not restart the jail");
            page.locator("#call").fill("userfaultfd");
            page.locator("#decision").selectOption("allow");
            assertThat(page.locator("#override-preview")).containsText("Saving restarts the jail");
            assertThat(page.locator("#override-preview")).containsText("weakens the jail");
            page.locator("#reason").fill("a debugger");
            page.locator("#add-override .primary").click();
            assertThat(page.locator(".overrides tbody tr")).hasCount(3);
            assertThat(page.locator("main")).containsText("Its host restarts the jail now.");

            page.locator(".overrides tbody tr").last().locator("a").click();
            assertThat(page.locator("main")).containsText("Saving restarts the jail");
            page.locator(".form-end .primary").click();
            assertThat(page.locator(".overrides tbody tr")).hasCount(2);
        }
    }

    @Test
    void observesAPolicyAndListsWhatItWouldHaveRefused() {
        PagesServer server = screen.server();
        String name = "observed";
        JailView jail = server.define(server.connectedHost(), name, name + ".example.org");
        server.report(jail, 1, Phase.RUNNING, Instant.now());
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails/" + jail.id() + "/policy");
            PagesOnScreen.signIn(page, "bea", "**/policy*");
            page.locator("#observe summary").click();
            page.locator("#profile").selectOption("strict2002");
            assertThat(page.locator("#observation-preview")).containsText("restarts the jail immediately");
            assertThat(page.locator("#observation-preview")).containsText("setpriority");
            page.locator("#duration").selectOption("7d");
            screen.look(page, "jail-observe");
            page.locator("#observe .primary").click();
            assertThat(page.locator("main")).containsText("calls are now being observed");
            assertThat(page.locator("#observation")).containsText("observing, ends");
            assertThat(page.locator("#observation")).containsText("been made so far");

            server.refused(jail, "setpriority", new DenialAnswer.Logged(), 12_345);
            server.refused(jail, "userfaultfd", DenialAnswer.parse("EPERM"), 7);
            server.refused(jail, "bpf", DenialAnswer.parse("EPERM"), 1_204);
            page.locator("#observation").getByText("Refresh").click();
            assertThat(page.locator("#observation tbody tr")).hasCount(1);
            assertThat(page.locator("#observation tbody")).containsText("12,345");
            screen.navigate(page, "/jails/" + jail.id() + "/policy");
            assertThat(page.locator("#observation tbody tr")).hasCount(1);
            assertThat(page.locator("#jail-denials tbody tr")).hasCount(3);
            screen.look(page, "jail-observed");

            page.locator("#observed-allow-setpriority").click();
            assertThat(page.locator("#call")).hasValue("setpriority");
            assertThat(page.locator("#reason")).hasValue("Made 12,345 times while it was observed");
            page.locator("#observation .observation-end .button").first().click();
            assertThat(page.locator("main")).containsText("Observation ended");
            assertThat(page.locator("#observe summary")).containsText("Observe a policy");
        }
    }

    @Test
    void goesThroughJailsOneAfterAnother() {
        PagesServer server = screen.server();
        String name = "rolled";
        JailView source = server.define(server.connectedHost(), name + "-as", "as.example.org", "system");
        JailView first = server.define(server.connectedHost(), name + "-2", "two.example.org");
        JailView second = server.define(server.connectedHost(), name + "-1", "one.example.org");
        List.of(source, first, second).forEach(jail -> server.report(jail, 1, Phase.RUNNING, Instant.now()));
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails/" + source.id() + "/policy");
            PagesOnScreen.signIn(page, "cleo", "**/policy*");
            screen.look(page, "jail-system");
            page.locator("#roll-out").click();
            assertThat(page.locator("h1")).hasText("Rolling restart");
            page.locator("[data-search]").fill(name);
            assertThat(page.locator(".rollout-table tbody tr")).hasCount(2);
            assertThat(page.locator("#rollout-jails")).containsText("2 of these 2 jails would restart");
            page.getByText("Choose all of these").click();
            screen.look(page, "roll");
            page.locator("#rollout-jails .primary").click();
            assertThat(page.locator("#rollout-0")).containsText("in progress");
            assertThat(page.locator("#rollout-1")).containsText("waiting");
            screen.look(page, "rollout-running");
            restartWith(first, second, page);
            assertThat(page.locator("#rollout-end")).hasText("All chosen jails are done.");
            assertThat(page.locator("#rollout-1")).containsText("restarted and running again");
        }
    }

    /** Restarts both jails in the order of the rollout. */
    private void restartWith(JailView one, JailView other, Page page) {
        boolean oneIsFirst = page.locator("#rollout-0")
                .textContent()
                .contains(one.definition().name().value());
        JailView first = oneIsFirst ? one : other;
        JailView second = oneIsFirst ? other : one;
        Awaitility.await().until(() -> screen.server().find(first).generation() == 2);
        screen.server().report(first, 2, Phase.RUNNING, Instant.now());
        assertThat(page.locator("#rollout-0")).containsText("restarted and running again");
        Awaitility.await().until(() -> screen.server().find(second).generation() == 2);
        screen.server().report(second, 2, Phase.RUNNING, Instant.now());
    }

    @Test
    void saysWhenAJailUnderWayWasLostSightOf() {
        PagesServer server = screen.server();
        JailView jail = server.define(server.connectedHost(), "lost-sight", "sight.example.org");
        server.report(jail, 1, Phase.RUNNING, Instant.now());
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/jails/rollout?q=lost-sight&all=true");
            PagesOnScreen.signIn(page, "dora", "**/jails/rollout*");
            page.route("**/jails/rollout/step", route -> route.abort("connectionreset"));
            page.locator("#rollout-jails .primary").click();
            assertThat(page.locator("#rollout-lost")).isVisible();
            assertThat(page.locator("#rollout-end")).isHidden();
        }
    }
}
