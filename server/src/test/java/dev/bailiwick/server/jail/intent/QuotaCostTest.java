package dev.bailiwick.server.jail.intent;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.quota.Usage;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.network.Pools;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the sums cost that a creation for a customer with a quota needs, or one on a host that promises a bounded amount. */
@ServerTest
@Tag("performance")
class QuotaCostTest {

    private static final int JAILS = 2_000;
    private static final int TIMES = 200;

    @Autowired
    private Jails jails;

    @Autowired
    private Usages usages;

    @Autowired
    private Pools pools;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Test
    void isSmallForACustomerWithTwoThousandJails() {
        HostId host = fixtures.connectedHost();
        pools.define(OPERATOR, AddressRange.parse("fd42:50::/64"), Optional.of(host), Egress.CLOSED, "test");
        CustomerId customer = fixtures.customer();
        jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), named("first")));
        jdbc.sql("""
                        INSERT INTO jail SELECT (jsonb_populate_record(j, jsonb_build_object('id', gen_random_uuid(),
                            'name', 'jail-' || n, 'path', j.path || n, 'memory_bytes', 67108864, 'cpu_millis', 100))).*
                        FROM jail j, generate_series(2, :jails) AS n WHERE j.customer_id = :customer
                        """).param("jails", JAILS).param("customer", customer.value()).update();
        jdbc.sql("""
                        INSERT INTO jail_address (address, jail_id, pool_id, pool_range)
                        SELECT host(p.range)::inet + 1000 + row_number() OVER (), j.id, p.id, p.range
                        FROM jail j JOIN address_pool p ON p.host_id = j.host_id WHERE j.customer_id = :customer AND j.name <> 'first'
                        """).param("customer", customer.value()).update();
        jdbc.sql("ANALYZE jail, jail_address").update();

        Duration ofCustomer = median(() -> usages.of(customer));
        Duration ofHost = median(() -> usages.of(host, List.of()));

        System.out.println("Sum of " + JAILS + " jails: of a customer " + ofCustomer.toNanos() / 1000
                + " µs, of a host " + ofHost.toNanos() / 1000 + " µs");
        assertThat(usages.of(customer).addresses()).isEqualTo(JAILS);
        assertThat(ofCustomer).isLessThan(Duration.ofMillis(40));
        assertThat(ofHost).isLessThan(Duration.ofMillis(20));
    }

    private static Duration median(Supplier<Usage> sum) {
        return IntStream.range(0, TIMES)
                .mapToObj(_ -> {
                    long begin = System.nanoTime();
                    var _ = sum.get();
                    return Duration.ofNanos(System.nanoTime() - begin);
                })
                .sorted()
                .skip(TIMES / 2)
                .findFirst()
                .orElseThrow();
    }
}
