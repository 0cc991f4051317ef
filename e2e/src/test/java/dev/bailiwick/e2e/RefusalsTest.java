package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** After an invalid definition, the answer names the field, and neither the database nor the kernel has changed. */
@OnFleet
class RefusalsTest {

    private final Path outside = Path.of("/var/tmp");
    private Fleet fleet;
    private Jail neighbour;

    @BeforeEach
    void haveANeighbour(Fleet shared) {
        fleet = shared;
        neighbour = fleet.create(fleet.definition("neighbour", 20));
    }

    @Test
    void refusesAHostnameThatIsNone() throws Exception {
        ObjectNode definition = fleet.definition("refused", 21);
        definition.put("hostname", "-not a host_name");
        refuses(definition, 422, "/hostname");
    }

    @Test
    void refusesAnAddressOutsideOfEveryPool() throws Exception {
        ObjectNode definition = fleet.definition("refused", 21);
        definition.put("ip", "203.0.113.7");
        refuses(definition, 422, "/ip/0");
    }

    @Test
    void refusesAnAddressThatAnotherJailHas() throws Exception {
        ObjectNode definition = fleet.definition("refused", 21);
        definition.put("ip", neighbour.address4());
        refuses(definition, 409, "/ip/0");
    }

    @Test
    void refusesAnOverrideOfACallThatThereIsNot() throws Exception {
        ObjectNode definition = fleet.definition("refused", 21);
        definition
                .withObject("policy")
                .putArray("overrides")
                .addObject()
                .put("call", "frobnicate")
                .put("decision", "allow")
                .put("reason", "it sounds useful");
        refuses(definition, 422, "/policy/overrides/0/call");
    }

    @Test
    void refusesARootPathThatLeavesItsBaseThroughASymbolicLink() throws Exception {
        Path way = fleet.rootBase().resolve("way-out");
        Files.createSymbolicLink(way, outside);
        try {
            ObjectNode definition = fleet.definition("refused", 21);
            definition.put("path", way.resolve("jail").toString());
            refuses(definition, 422, "/path");
            assertThat(outside.resolve("jail")).doesNotExist();
        } finally {
            Files.delete(way);
        }
    }

    @Test
    void refusesARootPathBesideItsBase() throws Exception {
        ObjectNode definition = fleet.definition("refused", 21);
        definition.put("path", "/etc");
        refuses(definition, 422, "/path");
    }

    @Test
    void refusesToRedefineAJailSoToo() throws Exception {
        long generation = neighbour.generation();
        HostLeftovers before = HostLeftovers.of(fleet.partition());

        Answer answer = fleet.operator()
                .patch("jails/" + neighbour.id() + "?wait=1m", "{\"hostname\":\"no good\",\"ip\":\"203.0.113.7\"}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.problem().pointers()).contains("/hostname");
        assertThat(fleet.operator().jail(neighbour.id())).hasValueSatisfying(seen -> {
            assertThat(seen.generation()).isEqualTo(generation);
            assertThat(seen.initPid()).isEqualTo(neighbour.initPid());
        });
        assertThat(HostLeftovers.of(fleet.partition())).isEqualTo(before);
    }

    private void refuses(ObjectNode definition, int status, String pointer) throws Exception {
        Map<String, Long> rows = fleet.database().rows();
        HostLeftovers leftovers = onlyOfTheNeighbour();

        Answer answer = fleet.operator().post("jails?wait=1m", definition.toString());

        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.problem().status()).isEqualTo(status);
        assertThat(answer.problem().pointers()).containsExactly(pointer);
        assertThat(fleet.database().rows()).isEqualTo(rows);
        assertThat(HostLeftovers.of(fleet.partition())).isEqualTo(leftovers);
        assertThat(fleet.operator().jails()).extracting(Jail::name).containsExactly("neighbour");
    }

    /** Waits while a sandbox is being created in advance: only a finished one is recognised as that. */
    private HostLeftovers onlyOfTheNeighbour() throws Exception {
        Set<String> cgroups = Set.of(HostLeftovers.cgroupOf(neighbour.initPid()));
        return await().until(
                        () -> HostLeftovers.of(fleet.partition()),
                        seen -> seen.cgroups().equals(cgroups));
    }
}
