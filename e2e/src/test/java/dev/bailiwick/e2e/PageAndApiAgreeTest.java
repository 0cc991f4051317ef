package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The page of a jail and its JSON agree about a change, successful or not. */
@OnFleet
class PageAndApiAgreeTest {

    /** A time in the form for programs. A page may have it only in an attribute. */
    private static final Pattern RAW_TIME = Pattern.compile(">[^<]*\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d[^<]*<");

    @Test
    void tellsOfAProgramThatIsNotThereOnce(Fleet fleet) throws Exception {
        ObjectNode definition = fleet.definition("nothing", 70);
        definition.putArray("command").add("/usr/sbin/nginx-not-there");
        Jail jail =
                fleet.operator().post("jails?wait=1m", definition.toString()).jail();

        assertThat(jail.status().phase()).isEqualTo("refused");
        assertThat(jail.status().conditions()).hasSize(2).last().satisfies(cause -> {
            assertThat(cause.reason()).isEqualTo("CommandNotFound");
            assertThat(cause.advice()).isEqualTo("Correct its path, or install it in the jail.");
        });
        assertThat(jail.status().conditions()).first().satisfies(condition -> {
            assertThat(condition.reason()).isEqualTo("StartFailed");
            assertThat(condition.message())
                    .matches("the program /usr/sbin/nginx-not-there does not exist in the jail"
                            + " \\(execve: ENOENT\\); next try at \\d+ \\w+ \\d{4}, \\d\\d:\\d\\d:\\d\\d UTC");
        });
        assertThat(jail.status().steps()).extracting(Jail.Step::name).endsWith("exec");
        try (Visitor visitor = fleet.visitor(fleet.customer(), "nora")) {
            String page = visitor.get("/jails/" + jail.id()).body();
            assertThat(page)
                    .contains(
                            "Failed to start",
                            "Command not found",
                            "or install it in the jail",
                            "The jail could not be started.")
                    .doesNotContain("StartFailed")
                    .doesNotContainPattern(RAW_TIME);
            assertThat(visitor.get("/jails/" + jail.id() + "/activity").body())
                    .contains("Failed to start", "then the start failed")
                    .doesNotContain("appear here as they happen");
        }
    }

    @Test
    void tellsARestartFromItsStopOn(Fleet fleet) throws Exception {
        ObjectNode definition = fleet.definition("stubborn", 71);
        // SIGTERM does not end the first process of a jail unless the process handles it.
        definition.putArray("command").add("/bin/sh").add("-c").add("while :; do sleep 1; done");
        Jail jail = fleet.create(definition);

        fleet.operator().post("jails/" + jail.id() + "/restart").requireSuccess();
        await("it runs again")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    Jail now = fleet.operator().jail(jail.id()).orElseThrow();
                    return now.generation() == 2 && now.isSettled();
                });

        JsonNode status = fleet.operator().get("jails/" + jail.id()).json().get("status");
        assertThat(status.get("steps").toString()).contains("terminate", "await end", "kill", "release", "exec");
        assertThat(status.get("timeline").get("hostMicros").asLong()).isGreaterThan(9_900_000);
        try (Visitor visitor = fleet.visitor(fleet.customer(), "stan")) {
            String page = visitor.get("/jails/" + jail.id() + "/activity").body();
            Matcher total = Pattern.compile("(\\d+) steps in ([0-9.]+) s<").matcher(page);
            assertThat(total.find()).as("the total of the steps, in seconds").isTrue();
            assertThat(Double.parseDouble(total.group(2))).isBetween(9.9, 30.0);
            assertThat(Integer.parseInt(total.group(1)))
                    .isGreaterThan(status.get("steps").size());
        }
    }
}
