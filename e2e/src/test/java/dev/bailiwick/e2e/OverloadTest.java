package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** More jails than a host can start at once, and more than it has room for. */
@OnFleet
class OverloadTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @Test
    void holdsUpNeitherAnotherCustomerNorAStopAndGoesOnWhenThereIsRoom(Fleet fleet) throws Exception {
        int room = fleet.partition().hostIdRanges();
        int tooMany = room + 8;
        String other = fleet.newCustomer("Other");
        // Without the agent all definitions wait, and reach the host at once.
        fleet.agent().stop();
        fleet.awaitDisconnected();
        List<Jail> flood = new ArrayList<>();
        for (int i = 0; i < tooMany; i++) {
            flood.add(send(fleet, small(fleet, "flood-" + i, 100 + i)));
        }
        Jail single = send(fleet, small(fleet, "single", 99).put("customer", other));
        assertThat(backlog(fleet).get("waiting").asInt()).isEqualTo(tooMany + 1);

        fleet.agent().start();
        fleet.awaitConnected();
        await().atMost(LONG)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> fleet.operator().jail(single.id()).orElseThrow().isSettled());
        assertThat(backlog(fleet).get("waiting").asInt())
                .as("the last jail, of another customer, is among the first to run")
                .isGreaterThan(tooMany / 2);

        Jail stopped =
                fleet.operator().post("jails/" + single.id() + "/stop?wait=1m").jail();
        assertThat(stopped.isSettled()).isTrue();
        JsonNode left = backlog(fleet);
        assertThat(left.get("waiting").asInt()).as("a stop waits for no start").isPositive();
        assertThat(left.get("perSecond").asDouble()).isPositive();
        assertThat(left.get("estimatedSeconds").asInt()).isPositive();

        await().atMost(LONG).until(() -> backlog(fleet).get("waiting").asInt() == 0);
        List<Jail> without = fleet.operator().jails().stream()
                .filter(jail -> jail.status().phase().equals("refused"))
                .toList();
        assertThat(without).as("jails without room").hasSizeBetween(8, 9);
        assertThat(without)
                .allSatisfy(jail -> assertThat(jail.status().conditions())
                        .extracting(Jail.Condition::reason)
                        .containsExactly("IdRangesExhausted"));

        flood.stream()
                .filter(jail -> without.stream().noneMatch(w -> w.id().equals(jail.id())))
                .limit(without.size())
                .forEach(jail -> fleet.operator()
                        .delete("jails/" + jail.id() + "?files=delete")
                        .requireSuccess());
        await().atMost(LONG)
                .until(() -> without.stream()
                        .allMatch(jail ->
                                fleet.operator().jail(jail.id()).orElseThrow().isSettled()));
    }

    private static JsonNode backlog(Fleet fleet) {
        return fleet.operator().get("hosts/" + fleet.host()).json().get("backlog");
    }

    private static Jail send(Fleet fleet, ObjectNode definition) {
        return fleet.operator().post("jails", definition.toString()).jail();
    }

    /** Returns the definition of a jail that needs little, so that only the starts load the host. */
    private static ObjectNode small(Fleet fleet, String name, int number) {
        ObjectNode definition = fleet.definition(name, number);
        definition.putArray("command").add("/bin/sh").add("-c").add("trap 'exit 0' TERM; sleep infinity & wait");
        return definition;
    }
}
