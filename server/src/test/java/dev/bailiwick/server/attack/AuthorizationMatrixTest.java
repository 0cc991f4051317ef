package dev.bailiwick.server.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Access;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.attack.Attempts.Answer;
import dev.bailiwick.server.attack.AuthorizationTable.Over;
import dev.bailiwick.server.attack.AuthorizationTable.Row;
import dev.bailiwick.server.attack.TwoCustomers.Actor;
import dev.bailiwick.server.attack.TwoCustomers.Which;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Who may what: sends a request to each operation of the API and each page, as somebody of every role, with each set of scopes that
 * matters, about own, foreign and missing objects. Compares each answer with {@link AuthorizationTable}, and checks that a request
 * that is not allowed changes nothing. Each request is taken back, so that all of them find the same objects.
 */
@ServerTest
class AuthorizationMatrixTest {

    /** The pages that a form is shown on again after its session had ended. They show, and change nothing. */
    private static final String CARRIED = "/carried";

    private final Set<String> routes;
    private final Users users;
    private final Attempts attempts;
    private final TwoCustomers world;
    private final Map<Actor, Caller> callers = new HashMap<>();
    private final Map<String, String> wrong = new TreeMap<>();

    /** How a request has to be answered. */
    private enum Expected {
        ALLOWED,
        ALLOWED_OR_NOT_FOUND,
        SIGN_IN,
        FORBIDDEN,
        NOT_FOUND,
        /** The answer is about several objects, and this one was left as it is. */
        LEFT_OUT;

        boolean is(Answer answer, boolean api) {
            int status = answer.status();
            return switch (this) {
                case ALLOWED -> status < 500 && status != 401 && status != 403 && status != 404;
                case ALLOWED_OR_NOT_FOUND -> status < 500 && status != 401 && status != 403;
                case SIGN_IN -> !answer.wrote() && (status == 401 || !api && isSignIn(answer));
                case FORBIDDEN -> !answer.wrote() && status == 403;
                case NOT_FOUND -> !answer.wrote() && status == 404;
                case LEFT_OUT -> !answer.wrote() && status < 500;
            };
        }

        private static boolean isSignIn(Answer answer) {
            return answer.status() == 302 || answer.forwardedTo().startsWith("/sign-in");
        }
    }

    @Autowired
    AuthorizationMatrixTest(
            WebApplicationContext context,
            Users users,
            @Qualifier("requestMappingHandlerMapping") RequestMappingHandlerMapping routes) {
        this.routes = routes(routes);
        this.users = users;
        this.attempts = new Attempts(context);
        this.world = TwoCustomers.Maker.make(context);
    }

    private static Set<String> routes(RequestMappingHandlerMapping mapping) {
        Set<String> routes = new TreeSet<>();
        mapping.getHandlerMethods().keySet().forEach(route -> {
            for (String path : route.getPatternValues()) {
                for (RequestMethod method : route.getMethodsCondition().getMethods()) {
                    routes.add(method + " " + path);
                }
            }
        });
        return routes;
    }

    @Test
    void everyOperationAndEveryPageHasItsRow() {
        assertThat(routes)
                .filteredOn(route -> !route.contains(" " + CARRIED))
                .containsExactlyInAnyOrderElementsOf(
                        AuthorizationTable.all().stream().map(Row::operation).toList());
    }

    @Test
    void everybodyMayWhatTheTableSays() {
        long began = System.nanoTime();
        for (Row row : AuthorizationTable.all()) {
            for (Actor actor : world.actors()) {
                for (Which which : objects(row, actor)) {
                    check(row, actor, which, caller(actor));
                }
                for (Set<Scope> scopes : scopes(row, actor)) {
                    check(row, actor, Which.OWN, caller(actor).map(known -> known.with(scopes)));
                }
            }
        }

        System.out.printf(
                "Authorization matrix: %d operations and pages, %d kinds of callers, %d requests in %d s, %d wrong%n",
                AuthorizationTable.all().size(),
                world.actors().size(),
                attempts.sent(),
                (System.nanoTime() - began) / 1_000_000_000,
                wrong.size());
        assertThat(wrong).isEmpty();
    }

    /** What gives a jail more than it has, or starts it. */
    private static final Set<String> NOT_WHILE_SUSPENDED = Set.of(
            "POST /api/v1/jails",
            "PATCH /api/v1/jails/{id}",
            "POST /api/v1/jails/{id}/start",
            "POST /api/v1/jails/{id}/stop",
            "POST /api/v1/jails/{id}/restart",
            "POST /api/v1/jails/{id}/move");

    /** A suspension takes no right away: everybody sees what they saw, and nobody starts or changes a jail, whatever their rights. */
    @Test
    void everybodyMayTheSameOfSuspendedCustomersAndNobodyStartsAJail(@Autowired CustomerSuspensions suspensions) {
        for (Which which : List.of(Which.OWN, Which.FOREIGN)) {
            var _ = suspensions.suspend(
                    Fleet.OPERATOR, world.thing(which, Actor.NOBODY).customer(), "attack");
        }
        for (Row row : AuthorizationTable.all()) {
            for (Actor actor : world.actors()) {
                for (Which which : objects(row, actor)) {
                    check(row, actor, which, caller(actor));
                    if (NOT_WHILE_SUSPENDED.contains(row.operation())) {
                        Answer answer = send(row, actor, which, caller(actor));
                        if (!Set.of(401, 403, 404, 409).contains(answer.status())) {
                            wrong.put(row.operation() + " as " + actor.name() + " on " + which, "is " + answer);
                        }
                    }
                }
            }
        }
        assertThat(AuthorizationTable.all()).extracting(Row::operation).containsAll(NOT_WHILE_SUSPENDED);
        assertThat(wrong).isEmpty();
    }

    @Test
    void noPageThatShowsAFormAgainChangesAnything() {
        List<String> shown =
                routes.stream().filter(route -> route.contains(" " + CARRIED)).toList();
        for (String route : shown) {
            String plain = route.replaceAll("\\{action:([a-z]+)[^}]*}", "$1").replace("/**", "/jails");
            Row row = new Row(plain, Set.of(), Optional.empty(), Over.OWN, "name=attack&confirm={name}&files=DELETED");
            for (Actor actor : world.actors()) {
                for (Which which : objects(row, actor)) {
                    Answer answer = send(row, actor, which, caller(actor));
                    if (answer.wrote() || answer.status() >= 500) {
                        wrong.put(route + " as " + actor.name() + " on " + which, answer.toString());
                    }
                }
            }
        }
        assertThat(shown).isNotEmpty();
        assertThat(wrong).isEmpty();
    }

    /** A decision with a hole, which takes a colleague for an owner, is wrong about each kind of object. */
    @Test
    void seesAHole() {
        Actor colleague = world.actor("colleague with []");
        CustomerId customer = world.thing(Which.OWN, colleague).customer();
        for (Row row : AuthorizationTable.api()) {
            Caller taken = caller(colleague).orElseThrow().reaching(Access.ofOwner(customer));
            check(row, colleague, Which.SIBLING, Optional.of(Attempts.fresh(taken)));
        }
        assertThat(wrong.keySet())
                .anyMatch(attempt -> attempt.startsWith("GET /api/v1/jails/{id} as"))
                .anyMatch(attempt -> attempt.startsWith("POST /api/v1/jails/{id}/stop as"))
                .anyMatch(attempt -> attempt.startsWith("POST /api/v1/jails:batch as"))
                .anyMatch(attempt -> attempt.startsWith("GET /api/v1/kept-files/{id} as"))
                .anyMatch(attempt -> attempt.startsWith("GET /api/v1/customers/{customer}/members as"));
    }

    /** Returns the objects that differ for the actor: to staff, all customers are alike. */
    private static List<Which> objects(Row row, Actor actor) {
        return !row.hasObject()
                ? List.of(Which.OWN)
                : actor.isStaff() ? List.of(Which.FOREIGN, Which.OWN, Which.MISSING) : List.of(Which.values());
    }

    /** Returns the sets of scopes that matter, besides all of the role: none, what is needed, all others, and each single one. */
    private static Set<Set<Scope>> scopes(Row row, Actor actor) {
        if (!row.path().startsWith(Attempts.API) || actor.role().isEmpty()) {
            return Set.of();
        }
        Role role = actor.role().get();
        Set<Scope> all = role.scopes();
        Set<Scope> needed = row.needed(role);
        Set<Set<Scope>> sets = new LinkedHashSet<>();
        sets.add(Set.of());
        sets.add(needed.stream().filter(all::contains).collect(Collectors.toUnmodifiableSet()));
        for (Scope scope : needed) {
            sets.add(all.stream().filter(other -> !scope.isIn(Set.of(other))).collect(Collectors.toUnmodifiableSet()));
        }
        if (role == Role.OWNER || actor.owner()) {
            all.forEach(scope -> sets.add(Set.of(scope)));
        }
        return sets;
    }

    private void check(Row row, Actor actor, Which which, Optional<Caller> caller) {
        Set<Scope> scopes = caller.map(Caller::scopes).orElse(Set.of());
        Expected expected = expected(row, actor, scopes, which);
        Answer answer = send(row, actor, which, caller);
        if (!expected.is(answer, row.path().startsWith(Attempts.API))) {
            boolean all = actor.role().map(Role::scopes).orElse(Set.of()).equals(scopes);
            wrong.put(
                    row.operation() + " as " + actor.name() + " with " + (all ? "all scopes" : scopes) + " on " + which,
                    "must be " + expected + ", is " + answer);
        }
    }

    private Answer send(Row row, Actor actor, Which which, Optional<Caller> caller) {
        MockHttpServletRequestBuilder request = Attempts.of(row, world.thing(which, actor));
        return attempts.send(
                caller.isPresent()
                        ? Attempts.as(request, row, caller.get(), actor.token())
                        : row.path().startsWith(Attempts.API) ? request : request.with(csrf()));
    }

    private static Expected expected(Row row, Actor actor, Set<Scope> scopes, Which which) {
        if (row.over() == Over.NOTHING) {
            return row.path().startsWith(Attempts.API) ? Expected.ALLOWED : Expected.ALLOWED_OR_NOT_FOUND;
        }
        if (actor.role().isEmpty()) {
            return Expected.SIGN_IN;
        }
        if (!row.needed(actor.role().get()).stream().allMatch(scope -> scope.isIn(scopes))) {
            return Expected.FORBIDDEN;
        }
        Right right = row.right().orElse(Right.SEE);
        return switch (row.over()) {
            case NOTHING, OWN -> Expected.ALLOWED;
            case EVERYWHERE ->
                !actor.has(right)
                        ? Expected.FORBIDDEN
                        : which == Which.MISSING && row.hasObject() ? Expected.NOT_FOUND : Expected.ALLOWED;
            case RESOLD ->
                actor.resells(which)
                        ? Expected.ALLOWED
                        : !actor.has(right)
                                ? Expected.FORBIDDEN
                                : which == Which.MISSING ? Expected.NOT_FOUND : Expected.ALLOWED;
            case OWN_OR_NOTHING -> Expected.ALLOWED_OR_NOT_FOUND;
            case EVERYWHERE_OR_NOTHING -> actor.has(right) ? Expected.ALLOWED_OR_NOT_FOUND : Expected.FORBIDDEN;
            case JAIL -> found(actor.has(Right.SEE, which), actor.has(right, which));
            case REMAINS -> found(actor.hasForCustomer(Right.SEE, which), actor.hasForCustomer(right, which));
            case CUSTOMER -> found(actor.knowsCustomer(which), actor.hasForCustomer(right, which));
            case CUSTOMER_OR_NOTHING ->
                actor.hasForCustomer(right, which)
                        ? Expected.ALLOWED_OR_NOT_FOUND
                        : found(actor.knowsCustomer(which), false);
            case TOKEN -> found(which == Which.OWN || which != Which.MISSING && actor.has(Right.USERS), true);
            case OWN_TOKEN -> found(which == Which.OWN, true);
            case LINE -> actor.has(right, which) ? Expected.ALLOWED : Expected.LEFT_OUT;
        };
    }

    private static Expected found(boolean seen, boolean allowed) {
        return !seen ? Expected.NOT_FOUND : allowed ? Expected.ALLOWED : Expected.FORBIDDEN;
    }

    private Optional<Caller> caller(Actor actor) {
        return actor.role()
                .map(_ -> callers.computeIfAbsent(
                        actor, known -> users.inSession(known.user()).orElseThrow()))
                .map(Attempts::fresh);
    }
}
