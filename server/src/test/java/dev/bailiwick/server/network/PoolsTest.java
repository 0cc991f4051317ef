package dev.bailiwick.server.network;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.ScopeMissing;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@ServerTest
class PoolsTest {

    @Autowired
    private Pools pools;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Test
    void refusesAPoolThatOverlapsAnother() {
        pools.define(OPERATOR, AddressRange.parse("172.20.0.0/16"), Optional.empty(), Egress.CLOSED, "");

        for (String range : new String[] {"172.20.0.0/16", "172.16.0.0/12", "172.20.7.0/24"}) {
            assertThatThrownBy(() ->
                            pools.define(OPERATOR, AddressRange.parse(range), Optional.empty(), Egress.CLOSED, ""))
                    .as(range)
                    .isInstanceOf(PoolOverlaps.class);
        }
        assertThat(pools.list(OPERATOR))
                .filteredOn(pool -> pool.range().toString().matches("172\\.(16|20)\\..*"))
                .hasSize(1);
    }

    @Test
    void refusesAPoolForAHostThatIsNone() {
        assertThatThrownBy(() -> pools.define(
                        OPERATOR,
                        AddressRange.parse("172.21.0.0/16"),
                        Optional.of(new HostId(UUID.randomUUID())),
                        Egress.CLOSED,
                        ""))
                .isInstanceOfSatisfying(
                        InvalidRequest.class,
                        e -> assertThat(e.violations()).first().hasFieldOrPropertyWithValue("pointer", "/host"));
    }

    @Test
    void removesAPoolOfWhichNoAddressIsTaken() {
        AddressPool pool =
                pools.define(OPERATOR, AddressRange.parse("fdb1:9::/64"), Optional.empty(), Egress.CLOSED, "");

        pools.remove(OPERATOR, pool.id());

        assertThatThrownBy(() -> pools.find(OPERATOR, pool.id())).isInstanceOf(PoolNotFound.class);
    }

    @Test
    void isNoBusinessOfCustomers() {
        assertThatThrownBy(() -> pools.list(Fleet.somebodyOf(fixtures.customer())))
                .isInstanceOf(ScopeMissing.class);
    }

    @Test
    void refusesRangesThatAreNone() {
        for (String range : new String[] {"172.22.0.0", "172.22.0.1/16", "172.22.0.0/33", "a/8", "0.0.0.0/0"}) {
            assertThatThrownBy(() -> AddressRange.parse(range)).as(range).isInstanceOf(InvalidValue.class);
        }
    }
}
