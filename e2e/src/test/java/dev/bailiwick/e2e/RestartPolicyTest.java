package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** A jail whose program has ended is started again, or not, as its definition says; and the API and its pages say so. */
@OnFleet
class RestartPolicyTest {

    @Test
    void exitZeroIsTheEndOfAProgramThatRunsOnce(Fleet fleet) throws Exception {
        ObjectNode definition = shell(fleet, "migration", 85, "echo done");
        definition.put("restartPolicy", "on-failure");
        Jail jail =
                fleet.operator().post("jails?wait=1m", definition.toString()).jail();

        Jail ended = awaitEnd(fleet, jail, "Completed");
        assertThat(ended.status().restarts()).isZero();
        assertThat(ended.status().conditions().getFirst().message()).startsWith("init exited with status 0 after ");
        awaitLog(fleet, jail, "done\n");

        fleet.agent().kill();
        fleet.agent().start();
        fleet.awaitConnected();
        awaitEnd(fleet, jail, "Completed");
        awaitLog(fleet, jail, "done\n");

        try (Visitor customer = fleet.visitor(fleet.customer(), "rita")) {
            String page = "/jails/" + jail.id();
            assertThat(customer.get(page).body())
                    .contains("Completed, exit 0", "Its program has completed", "init exited with status 0")
                    .doesNotContain("Crashing");
            assertThat(customer.send(page, page + "/start", Map.of()).statusCode())
                    .isEqualTo(200);
        }
        awaitLog(fleet, jail, "done\ndone\n");
        assertThat(awaitEnd(fleet, jail, "Completed").generation()).isEqualTo(2);
    }

    @Test
    void aLimitFromTheFormEndsACrashLoop(Fleet fleet) throws Exception {
        ObjectNode definition = shell(fleet, "failing", 86, "echo tried; exit 3");
        Jail jail = fleet.create(definition.put("wanted", "stopped"));
        try (Chromium chromium = Chromium.launch(fleet.origin())) {
            Page page = chromium.newContext(
                            new NewContextOptions().setIgnoreHTTPSErrors(true).setJavaScriptEnabled(false))
                    .newPage();
            signIn(fleet, page);
            String address = fleet.origin().resolve("/jails/" + jail.id()).toString();
            page.navigate(address + "/edit");
            page.locator("#restartPolicy").selectOption("never");
            page.locator("#restartLimit").fill("1");
            page.locator("#jail-form .form-end button.primary").click();
            assertThat(page.locator("#restartLimit-error").innerText()).contains("has no meaning");
            page.locator("#restartPolicy").selectOption("on-failure");
            page.locator("#jail-form .form-end button.primary").click();
            page.locator("#do-start").click();

            Jail ended = awaitEnd(fleet, jail, "RestartLimitReached");
            assertThat(ended.generation()).isEqualTo(3);
            awaitLog(fleet, jail, "tried\ntried\n");
            page.navigate(address);
            assertThat(page.locator("#jail-state").innerText()).isEqualTo("Ended");
            assertThat(page.locator("#jail-conditions").innerText())
                    .contains("Restarted too often", "init exited with status 3", "restartLimit 1");

            page.locator("#do-start").click();
            awaitLog(fleet, jail, "tried\ntried\ntried\ntried\n");
            assertThat(awaitEnd(fleet, jail, "RestartLimitReached").generation())
                    .isEqualTo(4);
        }
    }

    /** The program's last words are what a terminal or a page would carry out; beside the record lies what nobody has written there. */
    @Test
    void howAJailEndedOutlivesItsAgentWhateverItsProgramSaid(Fleet fleet) throws Exception {
        String hostile =
                "printf '\\033]0;owned\\007\\033[2J\\033[31m<img src=x onerror=alert(1)> \\342\\200\\256cod.exe\\302\\205 "
                        + "\\377\\376 jail other was deleted: permission denied\\n'; exit 3";
        ObjectNode definition = shell(fleet, "hostile", 87, hostile);
        definition.put("restartPolicy", "on-failure").put("restartLimit", 1);
        Jail jail =
                fleet.operator().post("jails?wait=1m", definition.toString()).jail();
        Jail ended = awaitEnd(fleet, jail, "RestartLimitReached");
        List<Jail.Condition> conditions = ended.status().conditions();
        assertThat(conditions).extracting(Jail.Condition::reason).contains("PermissionDenied");
        assertThat(conditions)
                .allSatisfy(condition -> assertThat(condition.message()).doesNotContainPattern("[\\p{Cc}\\u202e]"));

        fleet.agent().kill();
        Path record = fleet.partition().directory().resolve("state/last-ends");
        assertThat(record.resolve(jail.id().toString())).isRegularFile();
        Files.createDirectories(record.resolve("lost+found/#12"));
        Files.createDirectories(record.resolve(UUID.randomUUID().toString()));
        Files.writeString(record.resolve(UUID.randomUUID().toString()), "format=1\ngoal=");
        Files.writeString(record.resolve("." + jail.id() + ".new"), "format=1");
        fleet.agent().start();
        fleet.awaitConnected();

        assertThat(awaitEnd(fleet, jail, "RestartLimitReached").status().conditions())
                .isEqualTo(conditions);
        assertThat(Files.readString(fleet.logOf(jail), StandardCharsets.ISO_8859_1)
                        .split("owned", -1))
                .as("the jail was not started again")
                .hasSize(3);
        try (Visitor customer = fleet.visitor(fleet.customer(), "hester")) {
            assertThat(customer.get("/jails/" + jail.id()).body())
                    .contains("&lt;img src=x onerror=alert(1)&gt;")
                    .doesNotContain("<img src=x", "\u202e", "\u001b", "\u0085");
        }
    }

    private static void signIn(Fleet fleet, Page page) {
        page.navigate(fleet.origin().resolve("/sign-in").toString());
        page.locator("#login").fill(fleet.entry().login());
        page.locator("#password").fill(fleet.entry().password());
        page.locator("button.primary").click();
        page.waitForURL("**/jails");
    }

    private static ObjectNode shell(Fleet fleet, String name, int number, String script) {
        ObjectNode definition = fleet.definition(name, number);
        definition.putArray("command").add("/bin/sh").add("-c").add(script);
        return definition;
    }

    private static Jail awaitEnd(Fleet fleet, Jail jail, String reason) {
        return await(reason)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> fleet.operator().jail(jail.id()).orElseThrow(),
                        now -> now.status().generation() == now.generation()
                                && now.status().phase().equals("stopped")
                                && now.status().conditions().stream()
                                        .anyMatch(one -> one.reason().equals(reason)));
    }

    private static void awaitLog(Fleet fleet, Jail jail, String text) {
        await("the log: " + text)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> Files.readString(fleet.logOf(jail)).equals(text));
    }
}
