package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The blocked calls of a jail reach the jail's customer. */
@OnFleet
class DenialsTest {

    private static final int INIT_MODULE = System.getProperty("os.arch").equals("aarch64") ? 105 : 175;

    @Test
    void refusedCallsAreCountedOnceAndShown(Fleet fleet) throws Exception {
        ObjectNode definition = fleet.definition("refused", 83);
        ArrayNode command = definition.putArray("command");
        command.add("/usr/bin/perl")
                .add("-e")
                .add("$SIG{TERM} = sub { exit }; syscall(%d, 0, 0, 0) for 1..123; sleep 1 while 1;"
                        .formatted(INIT_MODULE));
        Jail jail = fleet.create(definition);
        assumeThat(canSee(fleet.operator().get("hosts/" + fleet.host()).json()))
                .as("the agent can read this machine's audit: see the host's capability 'denials'")
                .isTrue();

        String path = "jails/" + jail.id() + "/denials";
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(count(
                                fleet.operator().get(path).requireSuccess().json(), "init_module", "EPERM"))
                        .isEqualTo(123));

        fleet.agent().kill();
        fleet.revive();
        fleet.awaitConnected();
        assertThat(count(fleet.operator().get(path).requireSuccess().json(), "init_module", "EPERM"))
                .as("after another agent has taken over")
                .isEqualTo(123);
    }

    private static boolean canSee(JsonNode host) {
        for (JsonNode capability : host.at("/facts/capabilities")) {
            if (capability.get("name").asString().equals("denials")) {
                return capability.get("available").asBoolean();
            }
        }
        return false;
    }

    private static long count(JsonNode denials, String call, String answer) {
        long count = 0;
        for (JsonNode item : denials.get("items")) {
            if (item.get("call").asString().equals(call)
                    && item.get("answer").asString().equals(answer)) {
                count += item.get("count").asLong();
            }
        }
        return count;
    }
}
