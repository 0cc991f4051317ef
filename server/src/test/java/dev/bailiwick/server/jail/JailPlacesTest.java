package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.AddressTaken;
import dev.bailiwick.server.network.PoolsExhausted;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which host and addresses a jail gets when it is defined. */
class JailPlacesTest extends DefinedJails {

    @Test
    void givesAnAddressToOneOfTwoWhoWantItAtOnce() throws Exception {
        HostId other = fixtures.connectedHost();
        jdbc.sql("UPDATE address_pool SET host_id = NULL WHERE host_id = ?")
                .param(host.value())
                .update();

        List<Object> outcomes = together(List.of(
                () -> define(host, at(named("left"), null, pool + "77")),
                () -> define(other, at(named("right"), null, pool + "77"))));
        jdbc.sql("UPDATE address_pool SET host_id = ? WHERE range >>= ?::inet")
                .params(host.value(), pool + "77")
                .update();

        assertThat(outcomes).filteredOn(JailView.class::isInstance).hasSize(1);
        assertThat(outcomes).filteredOn(AddressTaken.class::isInstance).hasSize(1);
    }

    @Test
    void choosesADifferentAddressForEachOfManyAtOnce() throws Exception {
        List<Object> outcomes = together(IntStream.range(0, 8)
                .<Callable<Object>>mapToObj(i -> () -> define(named("jail-" + i)))
                .toList());

        assertThat(outcomes).allMatch(JailView.class::isInstance);
        assertThat(new HashSet<>(outcomes.stream()
                        .map(JailView.class::cast)
                        .map(jail -> jail.definition().addresses())
                        .toList()))
                .hasSize(8);
    }

    @Test
    void saysWhenThePoolsAreExhausted() {
        HostId small = fixtures.connectedHost();
        jdbc.sql("""
                        INSERT INTO address_pool (id, range, host_id, last_assigned, created_at)
                        VALUES (uuidv7(), '192.168.77.0/30', ?, '192.168.77.0', now())
                        """).param(small.value()).update();
        define(small, named("one"));
        define(small, named("two"));

        unchanged(() -> define(small, named("three")), PoolsExhausted.class);
    }

    @Test
    void holdsAnAddressThatWasGivenUpUntilTheHostHasLetGoOfIt() {
        JailView jail = define(at(named("web"), null, pool + "5"));
        jails.redefine(OPERATOR, jail.id(), 1, at(named("web"), null, pool + "6"));

        assertThatThrownBy(() -> define(at(named("other"), null, pool + "5"))).isInstanceOf(AddressTaken.class);

        JailView back = jails.redefine(OPERATOR, jail.id(), 2, at(named("web"), null, pool + "5"));
        assertThat(back.definition().addresses().all()).containsExactly(IpAddress.parse(pool + "5"));
    }

    @Test
    void placesAJailOnAConnectedHostWhenNoneIsNamed() {
        JailView jail = jails.define(
                OPERATOR, new NewJail(customer, Optional.empty(), Optional.empty(), at(named("web"), null)));

        assertThat(jail.status().phase()).contains(Phase.PENDING);
    }

    @Test
    void passesOverHostsWithoutTheAddresses() {
        HostId bare = fixtures.connectedHost();
        emptiest(bare);

        JailView chosen =
                jails.define(OPERATOR, new NewJail(customer, Optional.empty(), Optional.empty(), named("chosen")));
        JailView named = jails.define(
                OPERATOR,
                new NewJail(customer, Optional.empty(), Optional.empty(), at(named("named"), null, pool + "77")));

        assertThat(chosen.host()).isNotEqualTo(bare);
        assertThat(named.host()).isEqualTo(host);
    }

    /** Makes the host the first choice: it has no jails, and more memory than any other host. */
    private void emptiest(HostId first) {
        jdbc.sql("""
                        UPDATE host_connection SET facts = jsonb_set(facts, '{memoryBytes}', '1000000000000000') WHERE host_id = ?
                        """).param(first.value()).update();
        jdbc.sql("UPDATE host_connection SET connected_until = NULL, session = NULL WHERE host_id NOT IN (?, ?)")
                .params(first.value(), host.value())
                .update();
    }

    @Test
    void acceptsADefinitionWhileTheHostIsAway() {
        HostId away = fixtures.host();
        String start = fixtures.pool(away);

        JailView jail = define(away, at(named("web"), "/var/lib/bailiwick/jails/web", start + "3"));

        assertThat(jail.status().phaseText()).isEqualTo("unknown");
    }
}
