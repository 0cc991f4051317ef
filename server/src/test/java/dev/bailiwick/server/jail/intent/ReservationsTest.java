package dev.bailiwick.server.jail.intent;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.LimitsDraft;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.CustomerFields;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.quota.HostFull;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.quota.QuotaExceeded;
import dev.bailiwick.server.account.quota.Usage;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.host.HostFields;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.Overcommit;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.SortDirection;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.request.IfMatch;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two hundred clients at once exceed neither the quota of a customer nor what a host promises. */
@ServerTest
class ReservationsTest {

    private static final int CLIENTS = 200;
    private static final int CHANGES = 3;
    private static final long SEED = Long.getLong("bailiwick.seed", 1);
    private static final long MIB = 1L << 20;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailReports reports;

    @Autowired
    private CustomerSuspensions suspensions;

    @Autowired
    private Customers customers;

    @Autowired
    private Hosts hosts;

    @Autowired
    private Usages usages;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Test
    void createsAsManyJailsAsTheQuotaLeaves() throws Exception {
        HostId host = fixtures.connectedHostWithPool();
        CustomerId customer = customer(new Quota(null, 20 * 64 * MIB, null, 25L, null));

        List<Optional<Failure>> answers = atOnce(client -> () -> create("jail-" + client, customer, host, 64));

        assertThat(answers).filteredOn(Optional::isEmpty).hasSize(20);
        assertThat(answers.stream().flatMap(Optional::stream)).hasSize(180).allSatisfy(why -> {
            assertThat(why).isInstanceOf(QuotaExceeded.class);
            assertThat(why.members().toString())
                    .isEqualTo("{shortages=[{quota=memory, used=1342177280, asked=67108864, bound=1342177280}]}");
        });
        assertThat(usages.of(customer)).isEqualTo(new Usage(20, 20 * 64 * MIB, 20 * 10, 20, 0, 0, 0, 20));
    }

    @Test
    void createsAsManyJailsAsTheHostPromises() throws Exception {
        HostId host = promising(new Overcommit(new BigDecimal("0.5"), new BigDecimal("0.25")));
        List<CustomerId> three = List.of(fixtures.customer(), fixtures.customer(), fixtures.customer());

        List<Optional<Failure>> answers =
                atOnce(client -> () -> create("jail-" + client, three.get(client % 3), host, 100));

        // A quarter of 2 CPUs is 500 thousandths, of which each takes 10; a half of 8 GiB would be enough for 40.
        assertThat(answers).filteredOn(Optional::isEmpty).hasSize(40);
        assertThat(answers.stream().flatMap(Optional::stream)).hasSize(160).hasOnlyElementsOfType(HostFull.class);
        assertThat(usages.of(host, List.of()).memory()).isEqualTo(4000 * MIB);
    }

    @Test
    void exceedsNothingWhateverIsChangedAtOnce() throws Exception {
        List<HostId> both = List.of(
                promising(new Overcommit(new BigDecimal("0.4"), null)),
                promising(new Overcommit(null, new BigDecimal("0.2"))));
        List<Quota> quotas = List.of(
                new Quota(30L, 3000 * MIB, 400L, 30L, null),
                new Quota(25L, 2500 * MIB, null, null, null),
                new Quota(null, null, null, 20L, null));
        List<CustomerId> three = quotas.stream().map(this::customer).toList();
        long deadlocks = deadlocks();
        System.out.println("Changes: -Dbailiwick.seed=" + SEED);
        AtomicBoolean over = new AtomicBoolean();

        try (ExecutorService watcher = Executors.newSingleThreadExecutor()) {
            Future<Integer> watched = watcher.submit(() -> {
                int looks = 0;
                while (!over.get()) {
                    requireWithin(three, quotas, both);
                    looks++;
                }
                return looks;
            });
            List<Optional<Failure>> answers;
            try {
                answers = atOnce(client -> () -> {
                    Random random = new Random(SEED + client);
                    Optional<Failure> last = Optional.empty();
                    for (int change = 0; change < CHANGES; change++) {
                        last = change(random, "jail-" + client + "-" + change, three, both);
                    }
                    return last;
                });
            } finally {
                over.set(true);
            }
            assertThat(watched.get(60, TimeUnit.SECONDS)).isPositive();
            assertThat(answers.stream().flatMap(Optional::stream))
                    .allSatisfy(why -> assertThat(why.type().status()).isBetween(404, 422));
        }

        requireWithin(three, quotas, both);
        assertThat(deadlocks()).isEqualTo(deadlocks);
        assertThat(three.stream()
                        .mapToLong(customer -> usages.of(customer).jails())
                        .sum())
                .as("jails that were created")
                .isPositive();
    }

    private Optional<Failure> change(Random random, String name, List<CustomerId> owners, List<HostId> both) {
        CustomerId customer = owners.get(random.nextInt(owners.size()));
        HostId host = both.get(random.nextInt(both.size()));
        List<JailView> known = known(customer);
        int memory = 50 + random.nextInt(200);
        if (known.isEmpty() || random.nextInt(3) == 0) {
            return create(name, customer, host, memory);
        }
        JailView jail = known.get(random.nextInt(known.size()));
        return attempt(() -> {
            switch (random.nextInt(6)) {
                case 0, 1 ->
                    jails.redefine(
                            OPERATOR,
                            jail.id(),
                            IfMatch.of(Optional.empty()),
                            before -> limited(before.definition().name().value(), memory),
                            dev.bailiwick.jail.desired.PreviousFiles.MOVED);
                case 2, 3 -> actions.move(OPERATOR, jail.id(), owners.get(random.nextInt(owners.size())));
                case 4 -> remove(jail.id());
                default -> {
                    suspensions.suspend(OPERATOR, customer, "test");
                    suspensions.lift(OPERATOR, customer);
                }
            }
        });
    }

    private void remove(JailId jail) {
        actions.retire(OPERATOR, jail, FilesFate.DELETED)
                .ifPresent(gone -> reports.apply(
                        gone.host(), List.of(report(jail, gone.generation(), Phase.REMOVED, Instant.now()))));
    }

    private List<JailView> known(CustomerId customer) {
        JailFilter own = new JailFilter(Optional.empty(), Optional.of(customer), Optional.empty(), Optional.empty());
        return jails
                .list(
                        OPERATOR,
                        own,
                        new JailOrder(JailOrder.Column.NAME, SortDirection.ASCENDING),
                        Optional.empty(),
                        100)
                .jails()
                .stream()
                .filter(jail -> jail.retiredAt().isEmpty())
                .toList();
    }

    private void requireWithin(List<CustomerId> owners, List<Quota> quotas, List<HostId> both) {
        for (int i = 0; i < owners.size(); i++) {
            Usage used = usages.of(owners.get(i));
            assertThat(quotas.get(i).below(used, Quota.NONE))
                    .as(used.toString())
                    .isEmpty();
        }
        assertThat(usages.of(both.getFirst(), List.of()).memory()).isLessThanOrEqualTo((8L << 30) * 2 / 5);
        assertThat(usages.of(both.getLast(), List.of()).cpuMillis()).isLessThanOrEqualTo(400);
    }

    private long deadlocks() {
        return jdbc.sql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
                .query(Long.class)
                .single();
    }

    private CustomerId customer(Quota quota) {
        return customers
                .create(OPERATOR, CustomerFields.of("Example Ltd", null, null, null, quota))
                .id();
    }

    private HostId promising(Overcommit overcommit) {
        HostId host = fixtures.connectedHostWithPool();
        hosts.change(OPERATOR, host, IfMatch.of(Optional.empty()), before -> new HostFields(before.name(), overcommit));
        return host;
    }

    private Optional<Failure> create(String name, CustomerId customer, HostId host, int mebibytes) {
        return attempt(() -> jails.define(
                OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), limited(name, mebibytes))));
    }

    private static DefinitionDraft limited(String name, int mebibytes) {
        return new DefinitionDraft(
                name, null, null, null, null, null, null, null, new LimitsDraft(mebibytes + "MiB", null, "10"), null);
    }

    private static Optional<Failure> attempt(Runnable change) {
        try {
            change.run();
            return Optional.empty();
        } catch (Failure why) {
            return Optional.of(why);
        }
    }

    private interface Clients {
        Callable<Optional<Failure>> number(int client);
    }

    private static List<Optional<Failure>> atOnce(Clients clients) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<Failure>>> all = IntStream.range(0, CLIENTS)
                    .mapToObj(client -> threads.submit(() -> {
                        start.await();
                        return clients.number(client).call();
                    }))
                    .toList();
            start.countDown();
            List<Optional<Failure>> answers = new ArrayList<>();
            for (Future<Optional<Failure>> one : all) {
                answers.add(one.get(Duration.ofMinutes(3).toSeconds(), TimeUnit.SECONDS));
            }
            return answers;
        }
    }
}
