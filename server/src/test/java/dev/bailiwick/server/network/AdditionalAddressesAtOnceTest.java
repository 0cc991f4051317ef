package dev.bailiwick.server.network;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.request.IfMatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two hundred clients at once that take and give up addresses of a small pool. */
@ServerTest
class AdditionalAddressesAtOnceTest {

    private static final int CLIENTS = 200;
    private static final AtomicInteger NETWORKS = new AtomicInteger(200);

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailReports reports;

    @Autowired
    private Pools pools;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private String network = "";
    private List<UUID> shared = List.of();

    @BeforeEach
    void aHostWithASmallPool() {
        host = fixtures.connectedHost();
        shared = jdbc.sql("UPDATE address_pool SET host_id = ? WHERE host_id IS NULL RETURNING id")
                .param(fixtures.host().value())
                .query((row, number) -> row.getObject("id", UUID.class))
                .list();
        customer = fixtures.customer();
        network = "172.21." + NETWORKS.incrementAndGet() + ".";
        pools.define(
                OPERATOR,
                AddressRange.parse(network + "0/26"),
                Optional.of(host),
                new Pools.PoolFields(Egress.CLOSED, "test", 24));
    }

    @AfterEach
    void giveBackTheSharedPools() {
        shared.forEach(pool -> jdbc.sql("UPDATE address_pool SET host_id = NULL WHERE id = ?")
                .param(pool)
                .update());
    }

    @Test
    void shareWhatThereIsAndALostJailTakesNothing() throws Exception {
        long deadlocks = deadlocks();

        List<Optional<Failure>> answers = atOnce(client -> () -> create("jail-" + client, null, "ipv4"));

        assertThat(answers).filteredOn(Optional::isEmpty).hasSize(31);
        assertThat(answers.stream().flatMap(Optional::stream))
                .hasSize(CLIENTS - 31)
                .hasOnlyElementsOfType(PoolsExhausted.class);
        assertThat(count("additional")).isEqualTo(31);
        assertThat(count("NOT additional")).isEqualTo(31);
        assertThat(deadlocks()).isEqualTo(deadlocks);
    }

    @Test
    void giveUpTakeAndNameTheSameAddressesWithoutADeadlock() throws Exception {
        List<JailId> some = IntStream.range(1, 16)
                .mapToObj(number -> {
                    assertThat(create(
                                    "jail-" + number,
                                    network + number,
                                    network + (20 + number),
                                    network + (40 + number)))
                            .isEmpty();
                    return jdbc.sql("SELECT id FROM jail WHERE customer_id = ? AND name = ?")
                            .params(customer.value(), "jail-" + number)
                            .query((row, _) -> new JailId(row.getObject("id", UUID.class)))
                            .single();
                })
                .toList();
        long deadlocks = deadlocks();

        List<Optional<Failure>> answers = atOnce(client -> () -> {
            JailId jail = some.get(client % some.size());
            return switch (client % 4) {
                case 0 -> change(jail, "ipv4");
                case 1 -> change(jail, network + (20 + client % 30), "ipv4", "ipv4");
                case 2 -> create("new-" + client, network + (20 + client % 30), "ipv4");
                default -> change(jail);
            };
        });

        assertThat(answers.stream().flatMap(Optional::stream))
                .allSatisfy(why -> assertThat(why.type().status()).isBetween(409, 422));
        assertThat(answers).filteredOn(Optional::isEmpty).hasSizeGreaterThan(CLIENTS / 4);
        assertThat(deadlocks()).isEqualTo(deadlocks);
        for (JailId jail : some) {
            JailView view = jails.find(OPERATOR, jail);
            assertThat(view.definition().addresses().primary()).hasSize(1);
            assertThat(jdbc.sql("SELECT count(*) FROM jail_address WHERE jail_id = ? AND leaves_with IS NULL")
                            .param(jail.value())
                            .query(Long.class)
                            .single())
                    .isEqualTo(view.definition().addresses().all().size());
        }
    }

    @Test
    void allRestWhenAllJailsAreRemovedAtOnce() throws Exception {
        List<JailId> all = new ArrayList<>();
        for (int number = 0; number < 12; number++) {
            all.add(jails.define(OPERATOR, jail("jail-" + number, null, "ipv4", "ipv4", "ipv4"))
                    .id());
        }
        assertThat(count("additional")).isEqualTo(36);

        List<Optional<Failure>> answers = atOnce(client -> () -> attempt(() -> actions.retire(
                        OPERATOR, all.get(client % all.size()), FilesFate.DELETED)
                .ifPresent(gone -> reports.apply(
                        gone.host(), List.of(report(gone.id(), gone.generation(), Phase.REMOVED, Instant.now()))))));

        assertThat(answers).filteredOn(Optional::isEmpty).hasSizeGreaterThanOrEqualTo(12);
        assertThat(count("true")).isZero();
        assertThat(jdbc.sql("SELECT count(*) FROM resting_address WHERE customer_id = ?")
                        .param(customer.value())
                        .query(Long.class)
                        .single())
                .isEqualTo(48);
        assertThat(jdbc.sql("SELECT count(*) FROM removed_jail WHERE customer_id = ? AND cardinality(addresses) = 4")
                        .param(customer.value())
                        .query(Long.class)
                        .single())
                .isEqualTo(12);
    }

    private long count(String which) {
        return jdbc.sql("SELECT count(*) FROM jail_address a WHERE a.address <<= ?::cidr AND " + which)
                .param(network + "0/26")
                .query(Long.class)
                .single();
    }

    private Optional<Failure> create(String name, @Nullable String ip, String... additional) {
        return attempt(() -> jails.define(OPERATOR, jail(name, ip, additional)));
    }

    private NewJail jail(String name, @Nullable String ip, String... additional) {
        DefinitionDraft draft = ip == null ? named(name) : at(named(name), null, ip);
        return new NewJail(customer, Optional.of(host), Optional.empty(), draft.with(draft.ip(), List.of(additional)));
    }

    private Optional<Failure> change(JailId jail, String... additional) {
        return attempt(() -> jails.redefine(
                OPERATOR,
                jail,
                IfMatch.of(Optional.empty()),
                before -> DefinitionDraft.of(before.definition())
                        .with(
                                before.definition().addresses().primary().stream()
                                        .<@Nullable String>map(IpAddress::toString)
                                        .toList(),
                                List.of(additional)),
                PreviousFiles.MOVED));
    }

    private long deadlocks() {
        return jdbc.sql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
                .query(Long.class)
                .single();
    }

    private static Optional<Failure> attempt(Runnable change) {
        try {
            change.run();
            return Optional.empty();
        } catch (Failure why) {
            return Optional.of(why);
        }
    }

    private static List<Optional<Failure>> atOnce(IntFunction<Callable<Optional<Failure>>> clients) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<Failure>>> all = IntStream.range(0, CLIENTS)
                    .mapToObj(client -> threads.submit(() -> {
                        start.await();
                        return clients.apply(client).call();
                    }))
                    .toList();
            start.countDown();
            List<Optional<Failure>> answers = new ArrayList<>();
            for (Future<Optional<Failure>> one : all) {
                answers.add(one.get(180, TimeUnit.SECONDS));
            }
            return answers;
        }
    }
}
