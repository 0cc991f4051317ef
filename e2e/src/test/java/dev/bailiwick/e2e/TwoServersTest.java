package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two servers with one database: users get the same answers from both, whichever server a host is connected to. */
@OnFleet
class TwoServersTest {

    @Test
    void reachAHostThroughEitherServer(Fleet fleet) throws Exception {
        try (SecondServer second = SecondServer.beside(fleet).withHost()) {
            Files.createDirectories(second.rootBase());
            Files.createSymbolicLink(second.rootBase().resolve("outside"), Path.of("/etc"));
            String leaving = second.definition("leaving", 1)
                    .put("path", second.rootBase().resolve("outside/leaving").toString())
                    .toString();
            for (Api api : List.of(fleet.operator(), second.operator())) {
                Answer answer = api.post("jails", leaving);
                assertThat(answer.status()).isEqualTo(422);
                assertThat(answer.problem().errors()).singleElement().satisfies(fault -> {
                    assertThat(fault.pointer()).isEqualTo("/path");
                    assertThat(fault.message()).contains("symbolic link");
                });
            }
            Files.delete(second.rootBase().resolve("outside"));

            Jail jail = fleet.create(second.definition("far", 2));
            assertThat(WebJail.awaitPage(jail)).startsWith("far");
            Jail restarted = fleet.operator()
                    .post("jails/" + jail.id() + "/restart?wait=1m")
                    .jail();
            assertThat(restarted.isSettled()).isTrue();
            assertThat(restarted.generation()).isEqualTo(jail.generation() + 1);
            assertThat(restarted.initPid()).isNotEqualTo(jail.initPid());
            assertThat(second.operator().jail(jail.id()).map(Jail::initPid)).contains(restarted.initPid());

            Jail near = second.operator()
                    .post("jails?wait=1m", fleet.definition("near", 3).toString())
                    .jail();
            assertThat(near.isSettled()).isTrue();
            assertThat(WebJail.awaitPage(near)).startsWith("near");
        }
    }

    @Test
    @Tag("browser")
    void aPageOfOneServerFollowsAHostOfTheOther(Fleet fleet) throws Exception {
        Chromium.assumeInstalled();
        try (SecondServer second = SecondServer.beside(fleet).withHost();
                Visitor visitor = fleet.visitor(fleet.customer(), "twin");
                Chromium chromium = Chromium.launch(fleet.origin(), "--ignore-certificate-errors")) {
            Jail jail = fleet.create(second.definition("watched", 4));
            BrowserContext context = chromium.newContext(new NewContextOptions());
            Page page = context.newPage();
            page.navigate(fleet.origin().resolve("/sign-in").toString());
            page.locator("#login").fill("twin");
            page.locator("#password").fill("a password of twin");
            page.locator("button.primary").click();
            page.waitForURL("**/jails");
            page.navigate(fleet.origin().resolve("/jails/" + jail.id()).toString());
            Locator generation = page.locator("main");
            assertThat(generation).containsText("Running");

            second.operator().post("jails/" + jail.id() + "/stop").requireSuccess();
            assertThat(generation).containsText("Stopped");
            assertThat(visitor.get("/jails/" + jail.id()).body()).contains("Stopped");
        }
    }

    @Test
    void sealsTheEventsOfAServerThatDied(Fleet fleet) throws Exception {
        try (SecondServer second = SecondServer.beside(fleet);
                ExecutorService clients = Executors.newFixedThreadPool(4)) {
            AtomicBoolean over = new AtomicBoolean();
            Set<String> ofFirst = ConcurrentHashMap.newKeySet();
            Set<String> ofSecond = ConcurrentHashMap.newKeySet();
            AtomicInteger failed = new AtomicInteger();
            List<Future<?>> writing = List.of(
                    clients.submit(() -> createCustomers(fleet.operator(), "a", ofFirst, failed, over)),
                    clients.submit(() -> createCustomers(fleet.operator(), "b", ofFirst, failed, over)),
                    clients.submit(() -> createCustomers(second.operator(), "c", ofSecond, failed, over)),
                    clients.submit(() -> createCustomers(second.operator(), "d", ofSecond, failed, over)));
            awaitMore(ofFirst, 30);
            awaitMore(ofSecond, 30);

            fleet.server().kill();
            awaitMore(ofSecond, 30);
            over.set(true);
            for (Future<?> client : writing) {
                client.get();
            }
            assertThat(failed).as("requests to the server that died").hasPositiveValue();
            await("the second server seals what the first left")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> fleet.database().unsealedEvents() == 0);
            assertThat(fleet.database().auditedSubjects()).containsAll(ofFirst).containsAll(ofSecond);
            assertThat(fleet.database().brokenAuditEvents())
                    .as("events missing or changed")
                    .isZero();

            fleet.server().start();
            fleet.awaitReady();
            second.server().kill();
            String last = fleet.newCustomer("Last");
            await("the first server seals again")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> fleet.database().auditedSubjects().contains(last));
            assertThat(fleet.database().brokenAuditEvents())
                    .as("events missing or changed")
                    .isZero();
        }
    }

    /** Creates customers until {@code over}, or until the server no longer answers. */
    private static void createCustomers(
            Api api, String prefix, Set<String> created, AtomicInteger failed, AtomicBoolean over) {
        try {
            for (int number = 0; !over.get(); number++) {
                created.add(api.post("customers", "{\"name\":\"twins-" + prefix + number + "\"}")
                        .text("id"));
            }
        } catch (java.io.UncheckedIOException | AssertionError e) {
            failed.incrementAndGet();
        }
    }

    private static void awaitMore(Set<String> created, int more) {
        int wanted = created.size() + more;
        await(more + " more customers")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> created.size() >= wanted);
    }
}
