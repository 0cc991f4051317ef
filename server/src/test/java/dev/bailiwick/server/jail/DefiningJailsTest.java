package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.overriding;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.intent.JailAlreadyExists;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.jail.view.JailPage;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.AddressTaken;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** What is accepted and rejected when a jail is defined, redefined and listed. */
class DefiningJailsTest extends DefinedJails {

    @Test
    void choosesPathAddressAndDefaultsIfNoneIsGiven() {
        JailView jail = define(named("web"));

        assertThat(jail.generation()).isEqualTo(1);
        assertThat(jail.definition().path()).hasToString("/var/lib/bailiwick/jails/" + jail.id());
        assertThat(jail.definition().hostname()).hasToString("web");
        assertThat(jail.definition().addresses().all()).containsExactly(IpAddress.parse(pool + "1"));
        assertThat(jail.definition().wanted()).isEqualTo(WantedState.RUNNING);
        assertThat(jail.status().phase()).contains(Phase.PENDING);
        assertThat(paths.asked()).noneMatch(jail.definition().path()::equals);
    }

    @Test
    void keepsAnOverrideAndWhoSetIt() {
        JailView jail = define(overriding(named("web"), "ptrace", "allow"));

        assertThat(jail.definition().policy().overrides()).singleElement().satisfies(override -> {
            assertThat(override.call()).isEqualTo("ptrace");
            assertThat(override.setBy()).isEqualTo("anna");
        });
    }

    @Test
    void redefinesTheGenerationThatWasSeen() {
        JailView jail = define(named("web"));

        JailView redefined = jails.redefine(OPERATOR, jail.id(), 1, named("www"));

        assertThat(redefined.generation()).isEqualTo(2);
        assertThat(redefined.definition().name()).hasToString("www");
        assertThat(redefined.definition().path()).isEqualTo(jail.definition().path());
        assertThat(redefined.definition().addresses())
                .isEqualTo(jail.definition().addresses());
    }

    @Test
    void refusesStaleGeneration() {
        JailView jail = define(named("web"));
        jails.redefine(OPERATOR, jail.id(), 1, named("www"));

        unchanged(() -> jails.redefine(OPERATOR, jail.id(), 1, named("w3")), GenerationConflict.class);
    }

    @Test
    void letsOneOfTwoConcurrentRedefinitionsWin() throws Exception {
        JailView jail = define(named("web"));

        List<Object> outcomes = together(List.of(
                () -> jails.redefine(OPERATOR, jail.id(), 1, named("left")),
                () -> jails.redefine(OPERATOR, jail.id(), 1, named("right"))));

        assertThat(outcomes).filteredOn(JailView.class::isInstance).hasSize(1);
        assertThat(outcomes).filteredOn(GenerationConflict.class::isInstance).hasSize(1);
        assertThat(jails.find(OPERATOR, jail.id()).generation()).isEqualTo(2);
    }

    @Test
    void namesTheFieldOfABadHostname() {
        refusesField("/hostname", withHostname("-web-"));
    }

    @Test
    void namesTheFieldOfAnAddressOutsideEveryPool() {
        refusesField("/ip/0", at(named("web"), null, "203.0.113.9"));
    }

    @Test
    void namesTheFieldOfAnAddressOfAnotherHostsPool() {
        String elsewhere = fixtures.pool(fixtures.connectedHost());

        refusesField("/ip/0", at(named("web"), null, elsewhere + "9"));
    }

    @Test
    void namesTheFieldOfATakenAddress() {
        define(at(named("web"), null, pool + "9"));

        Failure refusal = unchanged(() -> define(at(named("other"), null, pool + "9")), AddressTaken.class);
        assertThat(refusal.violations()).extracting(Violation::pointer).containsExactly("/ip/0");
        assertThat(refusal.type().slug()).isEqualTo("address-taken");
    }

    @Test
    void namesTheFieldOfAnUnknownCallInAnOverride() {
        refusesField("/policy/overrides/0/call", overriding(named("web"), "teleport", "allow"));
    }

    @Test
    void namesTheFieldOfAPathThatTheHostRefuses() {
        String path = "/var/lib/bailiwick/jails/link-" + host;
        paths.refuse(path, "leaves /var/lib/bailiwick/jails through the symbolic link " + path);

        Failure refusal = refusesField("/path", at(named("web"), path));
        assertThat(refusal.violations().getFirst().message()).startsWith("leaves");
    }

    @Test
    void namesTheFieldOfAPathOutsideTheRootBase() {
        refusesField("/path", at(named("web"), "/etc"));
    }

    @Test
    void namesTheFieldOfACustomerOrHostThatIsNone() {
        NewJail nobodys =
                new NewJail(new CustomerId(UUID.randomUUID()), Optional.of(host), Optional.empty(), named("web"));
        Failure refusal = unchanged(() -> jails.define(OPERATOR, nobodys), InvalidRequest.class);
        assertThat(refusal.violations()).extracting(Violation::pointer).containsExactly("/customer");

        Failure nowhere = unchanged(() -> define(new HostId(UUID.randomUUID()), named("web")), InvalidRequest.class);
        assertThat(nowhere.violations()).extracting(Violation::pointer).containsExactly("/host");
    }

    @Test
    void refusesANameOrExternalIdThatTheCustomerHasAlready() {
        jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.of("4711"), named("web")));

        unchanged(() -> define(named("web")), JailAlreadyExists.class);
        unchanged(
                () -> jails.define(
                        OPERATOR, new NewJail(customer, Optional.of(host), Optional.of("4711"), named("other"))),
                JailAlreadyExists.class);
        CustomerId another = fixtures.customer();
        assertThat(jails.define(OPERATOR, new NewJail(another, Optional.of(host), Optional.of("4711"), named("web")))
                        .generation())
                .isEqualTo(1);
    }

    @Test
    void refusesAPathAtAboveOrBelowAnothers() {
        define(at(named("web"), "/var/lib/bailiwick/jails/a/b"));

        for (String path : List.of("a/b", "a/b/c", "a")) {
            Failure refusal = unchanged(
                    () -> define(at(named("other"), "/var/lib/bailiwick/jails/" + path)), JailAlreadyExists.class);
            assertThat(refusal.violations()).extracting(Violation::pointer).containsExactly("/path");
        }
        define(at(named("sibling"), "/var/lib/bailiwick/jails/a/bc"));
    }

    @Test
    void forgetsAtOnceAJailOfAHostThatWasNeverThere() {
        HostId away = fixtures.host();
        JailView jail = define(away, at(named("web"), "/var/lib/bailiwick/jails/web", fixtures.pool(away) + "3"));

        assertThat(actions.retire(OPERATOR, jail.id(), FilesFate.DELETED)).isEmpty();
        assertThatThrownBy(() -> jails.find(OPERATOR, jail.id())).isInstanceOf(JailNotFound.class);
    }

    @Test
    void showsACustomerTheirOwnJailsOnly() {
        JailView mine = define(named("mine"));
        JailView others = jails.define(
                OPERATOR, new NewJail(fixtures.customer(), Optional.of(host), Optional.empty(), named("others")));
        Caller carl = Fleet.somebodyOf(customer);

        assertThat(jails.list(carl, JailFilter.ALL, JailOrder.NEWEST_FIRST, Optional.empty(), 100)
                        .jails())
                .extracting(JailView::id)
                .containsExactly(mine.id());
        for (Callable<?> attempt : List.<Callable<?>>of(
                () -> jails.find(carl, others.id()),
                () -> actions.stop(carl, others.id()),
                () -> actions.restart(carl, others.id()),
                () -> jails.redefine(carl, others.id(), 1, named("stolen")),
                () -> actions.retire(carl, others.id(), FilesFate.DELETED))) {
            unchanged(attempt, JailNotFound.class);
        }
    }

    @Test
    void letsACustomerStartAndStopTheirJailButNotDefineIt() {
        JailView jail = define(named("mine"));
        Caller carl = Fleet.somebodyOf(customer);

        assertThat(actions.stop(carl, jail.id()).definition().wanted()).isEqualTo(WantedState.STOPPED);
        assertThat(actions.start(carl, jail.id()).generation()).isEqualTo(3);
        assertThat(actions.start(carl, jail.id()).generation()).isEqualTo(3);
        unchanged(() -> jails.redefine(carl, jail.id(), 3, named("other")), RightMissing.class);
        unchanged(() -> actions.retire(carl, jail.id(), FilesFate.KEPT), RightMissing.class);
        unchanged(
                () -> jails.define(carl, new NewJail(customer, Optional.of(host), Optional.empty(), named("more"))),
                RightMissing.class);
    }

    @Test
    void listsByPagesNewestFirst() {
        List<JailId> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.addFirst(define(named("jail-" + i)).id());
        }
        JailFilter filter =
                new JailFilter(Optional.of(host), Optional.empty(), Optional.of("pending"), Optional.of("JAIL"));

        JailPage first = jails.list(OPERATOR, filter, JailOrder.NEWEST_FIRST, Optional.empty(), 3);
        JailPage second = jails.list(OPERATOR, filter, JailOrder.NEWEST_FIRST, first.next(), 3);

        assertThat(first.jails()).extracting(JailView::id).containsExactlyElementsOf(made.subList(0, 3));
        assertThat(second.jails()).extracting(JailView::id).containsExactlyElementsOf(made.subList(3, 5));
        assertThat(second.next()).isEmpty();
    }
}
