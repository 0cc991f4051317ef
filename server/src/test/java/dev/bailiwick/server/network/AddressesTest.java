package dev.bailiwick.server.network;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/**
 * Chooses addresses for one jail repeatedly. The jail gives each address up at once, but keeps it until its host has applied that.
 */
@ServerTest
@Transactional
class AddressesTest {

    @Autowired
    private Addresses addresses;

    @Autowired
    private Jails jails;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private JailId jail = new JailId(UUID.randomUUID());

    @BeforeEach
    void makeAJail() {
        host = fixtures.connectedHost();
        poolOfTheHost("192.168.78.0/28");
        jail = jails.define(
                        OPERATOR,
                        new NewJail(
                                fixtures.customer(),
                                Optional.of(host),
                                Optional.empty(),
                                at(named("web"), null, "192.168.78.3")))
                .id();
    }

    @Test
    void goesOnAfterTheLastOneAndThenFromTheStart() {
        assertThat(choose()).isEqualTo("192.168.78.1");
        assertThat(choose()).isEqualTo("192.168.78.2");
        letGoOf("192.168.78.1");
        assertThat(choose()).as("after a requested address").isEqualTo("192.168.78.4");
        for (int last = 5; last <= 14; last++) {
            assertThat(choose()).isEqualTo("192.168.78." + last);
        }
        assertThat(choose()).as("the first").isEqualTo("192.168.78.1");
        letGoOf("192.168.78.9");
        letGoOf("192.168.78.11");
        assertThat(choose()).as("the next gap").isEqualTo("192.168.78.9");
        assertThat(choose()).as("the gap after that").isEqualTo("192.168.78.11");
        letGoOf("192.168.78.5");
        assertThat(choose()).as("a gap before the last one").isEqualTo("192.168.78.5");
        assertThatThrownBy(this::choose).isInstanceOf(PoolsExhausted.class);
    }

    @Test
    void readsAsMuchOfAFullPoolAsOfAnEmptyOne() {
        poolOfTheHost("fdb1:78::/64");
        long few = rowsReadByChoosing();
        jdbc.sql("""
                        INSERT INTO jail_address (address, jail_id, pool_id, pool_range, leaves_with)
                        SELECT last_assigned + number, ?, id, range, 2 FROM address_pool, generate_series(1, 5000) AS number
                        WHERE host_id = ? AND family(range) = 6
                        """).params(jail.value(), host.value()).update();
        jdbc.sql("""
                        UPDATE address_pool p SET last_assigned = (SELECT max(address) FROM jail_address WHERE pool_id = p.id)
                        WHERE host_id = ? AND family(range) = 6
                        """).param(host.value()).update();

        assertThat(rowsReadByChoosing()).isLessThan(few + 20);
    }

    private long rowsReadByChoosing() {
        giveUpAll();
        long before = rowsRead();
        takeNext();
        return rowsRead() - before;
    }

    /** Returns the number of rows that this transaction has read. */
    private long rowsRead() {
        return jdbc.sql("""
                        SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'jail_address'
                        """).query(Long.class).single();
    }

    private String choose() {
        giveUpAll();
        takeNext();
        return jdbc.sql(
                        "SELECT host(address) FROM jail_address WHERE jail_id = ? AND leaves_with IS NULL AND family(address) = 4")
                .param(jail.value())
                .query(String.class)
                .single();
    }

    private void takeNext() {
        addresses
                .take(List.of(new Addresses.AddressRequest(
                        jail,
                        host,
                        IpAddresses.of(AddressChoices.PRIMARY_STAND_INS.getFirst()),
                        new AddressChoices(AddressChoices.Primary.CHOSEN, Map.of()))))
                .values()
                .forEach(why -> {
                    throw why;
                });
    }

    private void giveUpAll() {
        jdbc.sql("UPDATE jail_address SET leaves_with = 2 WHERE jail_id = ?")
                .param(jail.value())
                .update();
    }

    private void letGoOf(String address) {
        jdbc.sql("DELETE FROM jail_address WHERE address = ?::inet")
                .param(address)
                .update();
    }

    private void poolOfTheHost(String range) {
        jdbc.sql("""
                        INSERT INTO address_pool (id, range, host_id, last_assigned, created_at, quarantine_hours)
                        VALUES (uuidv7(), ?::cidr, ?, host(?::cidr)::inet, now(), 0)
                        """).params(range, host.value(), range).update();
    }
}
