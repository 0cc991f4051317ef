package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** A jail is asked to end as its definition says. Where it does not end in time, the API and its pages say so. */
@OnFleet
class StopMethodTest {

    private static final String STUBBORN =
            "trap 'echo quit' QUIT; trap 'echo term' TERM; echo ready; while :; do sleep 0.05; done";

    @Test
    void isChangedInTheFormWithoutARestart(Fleet fleet) throws Exception {
        Jail jail = fleet.create(shell(fleet, "stubborn", 80, STUBBORN));
        awaitLog(fleet, jail, "ready");

        try (Chromium chromium = Chromium.launch(fleet.origin())) {
            Page page = chromium.newContext(
                            new NewContextOptions().setIgnoreHTTPSErrors(true).setJavaScriptEnabled(false))
                    .newPage();
            signIn(fleet, page);
            page.navigate(address(fleet, jail) + "/edit");
            page.locator("#stopSignal").selectOption("QUIT");
            page.locator("#stopTimeout").fill("soon");
            page.locator("#jail-form .form-end button.primary").click();
            assertThat(page.locator("#stopTimeout-error").innerText()).contains("must be a whole number");
            page.locator("#stopTimeout").fill("2");
            page.locator("#jail-form .form-end button.primary").click();

            Jail changed = awaitSettled(fleet, jail, 2);
            assertThat(changed.initPid()).as("no restart").isEqualTo(jail.initPid());

            long before = System.nanoTime();
            Jail stopped = fleet.operator()
                    .post("jails/" + jail.id() + "/stop?wait=1m")
                    .jail();

            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(9));
            assertThat(stopped.status().phase()).isEqualTo("stopped");
            assertThat(stopped.status().conditions()).singleElement().satisfies(condition -> {
                assertThat(condition.reason()).isEqualTo("KilledAtDeadline");
                assertThat(condition.message()).startsWith("did not end within 2 s of SIGQUIT and was killed");
            });
            assertThat(Files.readString(fleet.logOf(jail))).contains("quit").doesNotContain("term");
            page.navigate(address(fleet, jail));
            assertThat(page.locator("#jail-conditions").innerText())
                    .contains("Killed because it did not stop in time", "raise stopTimeout");
        }
        try (Visitor customer = fleet.visitor(fleet.customer(), "quentin")) {
            assertThat(customer.get("/jails/" + jail.id()).body()).contains("Killed because it did not stop in time");
            assertThat(customer.get("/jails/" + jail.id() + "/settings").body())
                    .contains("Stop signal", "Seconds to stop");
        }
    }

    @Test
    void holdsForARestartAndARemovalAlsoUnderTheNextAgent(Fleet fleet) throws Exception {
        String script =
                "trap 'echo quit; exit 0' QUIT; trap 'echo term' TERM; echo ready; while :; do sleep 0.05; done";
        ObjectNode definition = shell(fleet, "polite", 81, script);
        definition.put("stopSignal", "SIGQUIT").put("stopTimeout", 30);
        Jail jail = fleet.create(definition);
        awaitLog(fleet, jail, "ready");
        fleet.agent().kill();
        fleet.agent().start();
        fleet.awaitConnected();

        Jail restarted =
                fleet.operator().post("jails/" + jail.id() + "/restart?wait=1m").jail();
        assertThat(restarted.isSettled()).isTrue();
        assertThat(restarted.status().conditions()).isEmpty();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Files.readString(fleet.logOf(jail)).split("ready", -1).length > 2);
        assertThat(fleet.operator()
                        .delete("jails/" + jail.id() + "?files=delete&wait=1m")
                        .status())
                .isEqualTo(204);
    }

    private static ObjectNode shell(Fleet fleet, String name, int number, String script) {
        ObjectNode definition = fleet.definition(name, number);
        definition.putArray("command").add("/bin/sh").add("-c").add(script);
        return definition;
    }

    private static void signIn(Fleet fleet, Page page) {
        page.navigate(fleet.origin().resolve("/sign-in").toString());
        page.locator("#login").fill(fleet.entry().login());
        page.locator("#password").fill(fleet.entry().password());
        page.locator("button.primary").click();
        page.waitForURL("**/jails");
    }

    private static String address(Fleet fleet, Jail jail) {
        return fleet.origin().resolve("/jails/" + jail.id()).toString();
    }

    private static Jail awaitSettled(Fleet fleet, Jail jail, long generation) {
        return await("generation " + generation)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> fleet.operator().jail(jail.id()).orElseThrow(),
                        now -> now.generation() == generation && now.isSettled());
    }

    private static void awaitLog(Fleet fleet, Jail jail, String text) {
        await("the log with '" + text + "'")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> Files.readString(fleet.logOf(jail)).contains(text));
    }
}
