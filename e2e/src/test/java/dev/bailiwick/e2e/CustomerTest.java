package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** A customer's user, who signs in with a password. */
@OnFleet
class CustomerTest {

    @Test
    void seesAndRunsTheirOwnJailsAndNoOther(Fleet fleet) throws Exception {
        String rivals = fleet.newCustomer("Rivals");
        ObjectNode definition = fleet.definition("rival", 61);
        definition.put("customer", rivals);
        Jail own = fleet.create(fleet.definition("own", 60));
        Jail other = fleet.create(definition);
        String ownPage = "/jails/" + own.id();
        String otherPage = "/jails/" + other.id();

        try (Visitor visitor = fleet.visitor(fleet.customer(), "ann")) {
            assertThat(visitor.get("/jails").body()).contains("own.example").doesNotContain("rival");
            assertThat(visitor.get(ownPage).statusCode()).isEqualTo(200);
            assertThat(visitor.get(otherPage).statusCode()).isEqualTo(404);
            assertThat(visitor.send(ownPage, otherPage + "/stop", Map.of()).statusCode())
                    .isEqualTo(404);
            assertThat(visitor.get("/hosts").statusCode()).isEqualTo(403);

            assertThat(visitor.send(ownPage, ownPage + "/stop", Map.of()).statusCode())
                    .isEqualTo(200);
            awaitPhase(fleet, own, "stopped");
            assertThat(visitor.send(ownPage, ownPage + "/start", Map.of()).statusCode())
                    .isEqualTo(200);
            awaitPhase(fleet, own, "running");
        }
        assertThat(fleet.operator().jail(other.id()).orElseThrow().initPid()).isEqualTo(other.initPid());
    }

    private static void awaitPhase(Fleet fleet, Jail jail, String phase) {
        await(jail.name() + " is " + phase)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> fleet.operator()
                        .jail(jail.id())
                        .orElseThrow()
                        .status()
                        .phase()
                        .equals(phase));
    }
}
