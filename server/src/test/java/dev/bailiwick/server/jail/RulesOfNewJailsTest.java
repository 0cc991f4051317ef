package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.placement.NewJail;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;

/**
 * Jails that a customer gets while its rules change: whatever comes first, a host that reads a jail reads all rules that were accepted before
 * with it, and a host that reads only changes has the last rules in the end.
 */
@ServerTest
class RulesOfNewJailsTest {

    private static final int CHANGES = 25;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private DesiredStates desired;

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    /** The last version of the rules that the server has accepted; its only rule names it as a port. */
    private final AtomicInteger accepted = new AtomicInteger();

    private final Map<JailId, DesiredJail> known = new HashMap<>();
    private long revision;

    @BeforeEach
    void customerWithoutJails() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
    }

    @Test
    void areThoseThatWereAcceptedBefore() throws Exception {
        CustomerId former = fixtures.customer();
        List<JailId> moving = new ArrayList<>();
        for (int i = 0; i < CHANGES; i++) {
            moving.add(create("moving-" + i, former));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<?>> all = List.of(
                    threads.submit(() -> {
                        for (int version = 1; version <= CHANGES; version++) {
                            put(version);
                        }
                        return null;
                    }),
                    threads.submit(() -> {
                        for (int i = 0; i < CHANGES; i++) {
                            create("new-" + i, customer);
                        }
                        return null;
                    }),
                    threads.submit(() -> {
                        moving.forEach(jail -> actions.move(OPERATOR, jail, customer));
                        return null;
                    }));
            do {
                readChanges();
            } while (!all.stream().allMatch(Future::isDone));
            for (Future<?> one : all) {
                one.get();
            }
        }
        readChanges();

        assertThat(known.values())
                .hasSize(2 * CHANGES)
                .allSatisfy(jail -> assertThat(versionOf(jail)).isEqualTo(CHANGES));
    }

    private JailId create(String name, CustomerId of) {
        return jails.define(OPERATOR, new NewJail(of, Optional.of(host), Optional.empty(), named(name)))
                .id();
    }

    private void put(int version) {
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.PUT,
                        "/api/v1/customers/" + customer + "/firewall",
                        "{\"rules\": [{\"direction\": \"in\", \"action\": \"drop\", \"protocol\": \"tcp\", \"ports\": \"%d\"}]}"
                                .formatted(version)))
                .hasStatusOk();
        accepted.set(version);
    }

    /** Reads what the host does not know yet, as its session does. */
    private void readChanges() {
        int before = accepted.get();
        DesiredChange change = desired.since(host, revision);
        for (DesiredJail jail : change.jails()) {
            if (jail instanceof DesiredJail.Present present && present.owner().equals(customer.toString())) {
                assertThat(versionOf(jail))
                        .as("rules of " + present.definition().name())
                        .isGreaterThanOrEqualTo(before);
            }
            known.put(jail.id(), jail);
        }
        revision = change.revision();
    }

    private static int versionOf(DesiredJail jail) {
        List<FirewallRule> rules =
                ((DesiredJail.Present) jail).network().ofCustomer().rules();
        return rules.isEmpty() ? 0 : Integer.parseInt(rules.getFirst().ports().toString());
    }
}
