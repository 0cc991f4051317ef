package dev.bailiwick.server.jail.intent;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.LimitsDraft;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.CustomerFields;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.quota.QuotaExceeded;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.problem.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The quota of a reseller bounds what it and all its customers have together, whoever adds to it. */
@ServerTest
class ResellerQuotaTest {

    private static final int CLIENTS = 200;
    private static final long SEED = Long.getLong("bailiwick.seed", 1);
    private static final long MIB = 1L << 20;

    @Autowired
    private ApiClient api;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private Customers customers;

    @Autowired
    private Usages usages;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = HostId.parse("00000000-0000-7000-8000-000000000000");
    private CustomerId reseller = CustomerId.fresh();
    private CustomerId first = CustomerId.fresh();
    private CustomerId second = CustomerId.fresh();

    @BeforeEach
    void twoCustomersOfAReseller() {
        host = fixtures.connectedHostWithPool();
        reseller = customer(new Quota(null, 20 * 64 * MIB, null, 25L, null));
        first = customer(new Quota(15L, null, null, null, null));
        second = fixtures.customer();
        assertThat(resell(first, reseller)).hasStatusOk();
        assertThat(resell(second, reseller)).hasStatusOk();
    }

    private CustomerId customer(Quota quota) {
        return customers
                .create(OPERATOR, CustomerFields.of("Example Ltd", null, null, null, quota))
                .id();
    }

    private MvcTestResult resell(CustomerId customer, CustomerId to) {
        return api.call(
                OPERATOR,
                HttpMethod.PUT,
                "/api/v1/customers/" + customer + "/reseller",
                "{\"reseller\": \"" + to + "\"}");
    }

    private JailId jail(CustomerId of, String name, int mebibytes) {
        return jails.define(
                        OPERATOR,
                        new NewJail(
                                of,
                                Optional.of(host),
                                Optional.empty(),
                                new DefinitionDraft(
                                        name,
                                        null,
                                        null,
                                        null,
                                        null,
                                        null,
                                        null,
                                        null,
                                        new LimitsDraft(mebibytes + "MiB", null, "10"),
                                        null)))
                .id();
    }

    private long memory(CustomerId of) {
        return usages.of(of).memory() / MIB;
    }

    @Test
    void createsAsManyJailsAsTheResellerMayHave() throws Exception {
        List<CustomerId> three = List.of(first, second, reseller);

        List<Optional<Failure>> answers = atOnce(client -> () -> jail(three.get(client % 3), "jail-" + client, 64));

        assertThat(answers).filteredOn(Optional::isEmpty).hasSize(20);
        assertThat(answers.stream().flatMap(Optional::stream)).hasSize(180).hasOnlyElementsOfType(QuotaExceeded.class);
        assertThat(usages.of(reseller).jails()).isEqualTo(20);
        assertThat(memory(reseller)).isEqualTo(20 * 64);
        assertThat(memory(first) + memory(second)).isLessThanOrEqualTo(20 * 64);
    }

    @Test
    void exceedsNothingWhateverIsChangedAtOnce() throws Exception {
        CustomerId other = customer(new Quota(null, 10 * 64 * MIB, null, null, null));
        CustomerId outside = fixtures.customer();
        List<CustomerId> all = List.of(reseller, first, second, other, outside);
        List<JailId> known = new ArrayList<>();
        for (CustomerId one : List.of(first, second, outside)) {
            IntStream.range(0, 3).forEach(n -> known.add(jail(one, "known-" + n, 64)));
        }
        long deadlocks = deadlocks();
        System.out.println("Changes: -Dbailiwick.seed=" + SEED);

        List<Optional<Failure>> answers = atOnce(client -> {
            Random random = new Random(SEED + client);
            CustomerId one = all.get(random.nextInt(all.size()));
            return switch (random.nextInt(4)) {
                case 0 -> () -> actions.move(OPERATOR, known.get(random.nextInt(known.size())), one);
                case 1 ->
                    () -> resell(random.nextBoolean() ? second : outside, random.nextBoolean() ? reseller : other);
                default -> () -> jail(one, "jail-" + client, 32 + random.nextInt(96));
            };
        });

        assertThat(answers.stream().flatMap(Optional::stream))
                .allSatisfy(why -> assertThat(why.type().status()).isBetween(409, 422));
        assertThat(memory(reseller)).isLessThanOrEqualTo(20 * 64).isPositive();
        assertThat(usages.of(reseller).addresses()).isLessThanOrEqualTo(25);
        assertThat(memory(other)).isLessThanOrEqualTo(10 * 64);
        assertThat(usages.of(first).jails()).isLessThanOrEqualTo(15);
        assertThat(deadlocks()).isEqualTo(deadlocks);
    }

    private long deadlocks() {
        return jdbc.sql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
                .query(Long.class)
                .single();
    }

    @Test
    void saysWhoseQuotaItIs() {
        var _ = jail(first, "large", 1200);

        MvcTestResult refused = api.call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails",
                "{\"name\": \"more\", \"customer\": \"" + second + "\", \"host\": \"" + host
                        + "\", \"limits\": {\"memory\": \"100MiB\"}}");

        assertThat(refused).hasStatus(409);
        assertThat(refused)
                .bodyText()
                .contains(
                        "asks for 100MiB of memory, but the customer's reseller already has, with all its customers, 1200MiB of 1280MiB of memory");
        var usage = api.json(api.get(OPERATOR, "/api/v1/customers/" + reseller + "/usage"));
        assertThat(usage.at("/used/memory").asLong()).isEqualTo(1200 * MIB);
        assertThat(usage.at("/used/jails").asLong()).isOne();
    }

    @Test
    void aJailThatStaysWithTheResellerAddsNothing() {
        JailId large = jail(first, "large", 1280);

        for (CustomerId next : List.of(second, reseller, first)) {
            assertThat(actions.move(OPERATOR, large, next).customer()).isEqualTo(next);
        }
        JailId foreign = jail(fixtures.customer(), "foreign", 32);
        assertThat(attempt(() -> actions.move(OPERATOR, foreign, second)).orElseThrow())
                .isInstanceOf(QuotaExceeded.class);
    }

    @Test
    void aCustomerThatHasMoreIsNotGivenToTheReseller() {
        var _ = jail(first, "large", 1000);
        CustomerId big = fixtures.customer();
        var _ = jail(big, "big", 281);

        MvcTestResult refused = resell(big, reseller);

        assertThat(refused).hasStatus(409);
        assertThat(refused)
                .bodyText()
                .contains("has 281MiB of memory, but the reseller already has 1000MiB of 1280MiB of memory");
        CustomerId unlimited = fixtures.customer();
        jails.define(OPERATOR, new NewJail(unlimited, Optional.of(host), Optional.empty(), Fleet.named("any")));
        assertThat(resell(unlimited, reseller)).bodyText().contains("1 jail has no limit of it");
        assertThat(resell(unlimited, customer(new Quota(1L, null, null, 1L, null))))
                .hasStatusOk();
    }

    @Test
    void isNotLowerThanWhatTheCustomersHave() {
        var _ = jail(first, "one", 300);
        var _ = jail(second, "other", 300);

        MvcTestResult refused = api.call(
                OPERATOR, HttpMethod.PATCH, "/api/v1/customers/" + reseller, "{\"quota\": {\"memory\": \"599MiB\"}}");

        assertThat(refused).hasStatus(409);
        assertThat(refused).bodyText().contains("would be 599MiB of memory, but the customer has 600MiB");
    }

    private static Optional<Failure> attempt(Runnable change) {
        try {
            change.run();
            return Optional.empty();
        } catch (Failure why) {
            return Optional.of(why);
        }
    }

    private static List<Optional<Failure>> atOnce(IntFunction<Runnable> clients) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<Failure>>> all = IntStream.range(0, CLIENTS)
                    .mapToObj(client -> threads.submit(() -> {
                        start.await();
                        return attempt(clients.apply(client));
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
