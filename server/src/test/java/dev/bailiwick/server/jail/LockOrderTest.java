package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.batch.BatchLine;
import dev.bailiwick.server.jail.batch.BatchOutcome;
import dev.bailiwick.server.jail.batch.JailBatches;
import dev.bailiwick.server.jail.intent.BatchMode;
import dev.bailiwick.server.jail.intent.JailAction;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;

/**
 * All operations that change jails of several customers on several hosts take their locks in one order, so that no
 * deadlock occurs.
 */
@ServerTest
class LockOrderTest {

    private static final int THREADS = 6;
    private static final int CHANGES = 40;
    private static final long SEED = Long.getLong("bailiwick.seed", 1);

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailBatches batches;

    @Autowired
    private JailReports reports;

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Test
    void isOneForAllThatChangesJails() throws Exception {
        List<HostId> hosts = List.of(fixtures.connectedHostWithPool(), fixtures.connectedHostWithPool());
        List<CustomerId> customers = List.of(fixtures.customer(), fixtures.customer());
        List<JailId> shared = IntStream.range(0, 8)
                .mapToObj(i -> jails.define(OPERATOR, jail("shared-" + i, customers.get(i % 2), hosts.get(i / 4)))
                        .id())
                .toList();
        System.out.println("Changes: -Dbailiwick.seed=" + SEED);

        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(SEED + i);
                String name = "own-" + i;
                all.add(threads.submit(() -> {
                    for (int change = 0; change < CHANGES; change++) {
                        change(random, name, shared, hosts, customers);
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(60, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void isThatOfThoseWhoAddMembersToNetworks() throws Exception {
        CustomerId customer = fixtures.customer();
        List<HostId> hosts = List.of(fixtures.connectedHostWithPool(), fixtures.connectedHostWithPool());
        List<JailId> descending = IntStream.range(0, 50)
                .mapToObj(i -> jails.define(OPERATOR, jail("member-" + i, customer, hosts.get(i % 2)))
                        .id())
                .sorted(Comparator.comparing(JailId::toString).reversed())
                .toList();
        String networks = "/api/v1/customers/" + customer + "/networks";
        String network = api.json(api.call(OPERATOR, HttpMethod.POST, networks, "{\"name\": \"all\"}"))
                .get("id")
                .asString();
        String all = descending.stream().map(id -> "\"" + id + "\"").collect(Collectors.joining(", "));

        try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Future<?> restarts = threads.submit(() -> {
                for (int change = 0; change < CHANGES; change++) {
                    act(descending, new JailAction.Restart());
                }
                return null;
            });
            do {
                assertThat(api.call(
                                OPERATOR,
                                HttpMethod.POST,
                                networks + "/" + network + "/jails",
                                "{\"jails\": [" + all + "]}"))
                        .hasStatusOk();
            } while (!restarts.isDone());
            restarts.get();
        }
    }

    /** Makes a random change. It may fail only because it comes too late. */
    private void change(Random random, String name, List<JailId> shared, List<HostId> hosts, List<CustomerId> customers)
            throws InterruptedException {
        JailId jail = shared.get(random.nextInt(shared.size()));
        try {
            switch (random.nextInt(6)) {
                case 0 -> actions.move(OPERATOR, jail, customers.get(random.nextInt(2)));
                case 1 -> actions.restart(OPERATOR, jail);
                case 2 -> act(shuffled(shared, random), new JailAction.Restart());
                case 3 -> createAndRemove(random, name, shuffled(hosts, random), shuffled(customers, random));
                case 4 -> {
                    JailView known = jails.find(OPERATOR, jail);
                    jails.redefine(OPERATOR, jail, known.generation(), named("renamed-" + random.nextInt(1000)));
                }
                default -> report(shuffled(shared, random));
            }
        } catch (Failure late) {
            assertThat(late.type().status()).isBetween(400, 499);
        }
    }

    private void createAndRemove(Random random, String name, List<HostId> hosts, List<CustomerId> customers)
            throws InterruptedException {
        List<BatchLine> lines = List.of(
                new BatchLine.Legible(1, jail(name, customers.getFirst(), hosts.getFirst())),
                new BatchLine.Legible(2, jail(name, customers.getLast(), hosts.getLast())));
        List<JailId> created = batches.define(OPERATOR, lines, BatchMode.WHOLE, Optional.empty()).stream()
                .map(line -> ((BatchOutcome.Stored) line).id())
                .toList();
        act(shuffled(created, random), new JailAction.Remove(FilesFate.DELETED));
        report(created);
    }

    private void act(List<JailId> ids, JailAction action) throws InterruptedException {
        List<BatchLine> lines = IntStream.range(0, ids.size())
                .<BatchLine>mapToObj(i -> new BatchLine.Action(i + 1, ids.get(i), action))
                .toList();
        batches.act(OPERATOR, lines, BatchMode.PARTIAL, Optional.empty());
    }

    /** Reports retired jails as removed, and the others as running, as their hosts would. */
    private void report(List<JailId> ids) {
        Map<HostId, List<Report>> said = new TreeMap<>(Comparator.comparing(HostId::toString));
        for (JailId id : ids) {
            JailView jail = jails.find(OPERATOR, id);
            Phase phase = jail.retiredAt().isPresent() ? Phase.REMOVED : Phase.RUNNING;
            said.computeIfAbsent(jail.host(), _ -> new ArrayList<>())
                    .add(Fleet.report(id, jail.generation(), phase, Instant.now()));
        }
        said.forEach(reports::apply);
    }

    private static NewJail jail(String name, CustomerId customer, HostId host) {
        return new NewJail(customer, Optional.of(host), Optional.empty(), named(name));
    }

    private static <T> List<T> shuffled(List<T> all, Random random) {
        List<T> some = new ArrayList<>(all);
        Collections.shuffle(some, random);
        return some;
    }
}
