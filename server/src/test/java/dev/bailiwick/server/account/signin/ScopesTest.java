package dev.bailiwick.server.account.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.request;

import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Calls each operation of the API with each single scope, and compares the needed scopes with a table. */
@ServerTest
class ScopesTest {

    private static final String API = "/api/v1/";

    /** Operations that change a jail also return it. */
    private static final Set<Scope> BOTH = Set.of(Scope.JAILS_READ, Scope.JAILS_WRITE);

    private static final Set<Scope> POWER = Set.of(Scope.JAILS_READ, Scope.JAILS_POWER);

    /** The scopes that each operation needs; new operations are added here. */
    private static final Map<String, Set<Scope>> NEEDED = Map.ofEntries(
            Map.entry("GET /api/v1/customers", Set.of(Scope.CUSTOMERS_READ)),
            Map.entry("POST /api/v1/customers", Set.of(Scope.CUSTOMERS_WRITE)),
            Map.entry("GET /api/v1/customers/{id}", Set.of(Scope.CUSTOMERS_READ)),
            Map.entry("PATCH /api/v1/customers/{id}", Set.of(Scope.CUSTOMERS_WRITE)),
            Map.entry("DELETE /api/v1/customers/{id}", Set.of(Scope.CUSTOMERS_WRITE)),
            Map.entry("POST /api/v1/customers/{id}/suspend", Set.of(Scope.CUSTOMERS_WRITE)),
            Map.entry("POST /api/v1/customers/{id}/unsuspend", Set.of(Scope.CUSTOMERS_WRITE)),
            Map.entry("POST /api/v1/customers/{id}/restore", Set.of(Scope.CUSTOMERS_WRITE)),
            Map.entry("GET /api/v1/customers/{customer}/members", Set.of(Scope.MEMBERS_READ)),
            Map.entry("GET /api/v1/customers/{customer}/members/{user}", Set.of(Scope.MEMBERS_READ)),
            Map.entry("PUT /api/v1/customers/{customer}/members/{user}", Set.of(Scope.MEMBERS_WRITE)),
            Map.entry("DELETE /api/v1/customers/{customer}/members/{user}", Set.of(Scope.MEMBERS_WRITE)),
            Map.entry("GET /api/v1/customers/{customer}/invitations", Set.of(Scope.MEMBERS_READ)),
            Map.entry("POST /api/v1/customers/{customer}/invitations", Set.of(Scope.MEMBERS_WRITE)),
            Map.entry("DELETE /api/v1/customers/{customer}/invitations/{id}", Set.of(Scope.MEMBERS_WRITE)),
            Map.entry("GET /api/v1/users", Set.of(Scope.USERS_READ)),
            Map.entry("POST /api/v1/users", Set.of(Scope.USERS_WRITE)),
            Map.entry("GET /api/v1/users/{id}", Set.of(Scope.USERS_READ)),
            Map.entry("PATCH /api/v1/users/{id}", Set.of(Scope.USERS_READ, Scope.USERS_WRITE)),
            Map.entry("DELETE /api/v1/users/{id}", Set.of(Scope.USERS_WRITE)),
            Map.entry("GET /api/v1/tokens", Set.of(Scope.TOKENS_READ)),
            Map.entry("POST /api/v1/tokens", Set.of(Scope.TOKENS_WRITE)),
            Map.entry("DELETE /api/v1/tokens/{id}", Set.of(Scope.TOKENS_WRITE)),
            Map.entry("PUT /api/v1/password", Set.of(Scope.TOKENS_WRITE)),
            // A session may do everything that its user's role may do.
            Map.entry("POST /api/v1/tokens/sign-in-link", Role.OWNER.scopes()),
            Map.entry("GET /api/v1/hosts", Set.of(Scope.HOSTS_READ)),
            Map.entry("POST /api/v1/hosts", Set.of(Scope.HOSTS_WRITE)),
            Map.entry("GET /api/v1/hosts/{id}", Set.of(Scope.HOSTS_READ)),
            Map.entry("PUT /api/v1/hosts/{id}", Set.of(Scope.HOSTS_WRITE)),
            Map.entry("PATCH /api/v1/hosts/{id}", Set.of(Scope.HOSTS_WRITE)),
            Map.entry("DELETE /api/v1/hosts/{id}", Set.of(Scope.HOSTS_WRITE)),
            Map.entry("POST /api/v1/hosts/{id}/join-token", Set.of(Scope.HOSTS_WRITE)),
            Map.entry("GET /api/v1/hosts/{host}/differences", Set.of(Scope.HOSTS_READ)),
            Map.entry("PUT /api/v1/hosts/{host}/differences/{jail}", Set.of(Scope.HOSTS_WRITE)),
            Map.entry("DELETE /api/v1/hosts/{host}/divergence", Set.of(Scope.HOSTS_WRITE)),
            Map.entry("GET /api/v1/kept-files", Set.of(Scope.JAILS_READ)),
            Map.entry("GET /api/v1/removed-jails", Set.of(Scope.JAILS_READ)),
            Map.entry("GET /api/v1/removed-jails/{id}", Set.of(Scope.JAILS_READ)),
            Map.entry("GET /api/v1/kept-files/{id}", Set.of(Scope.JAILS_READ)),
            Map.entry("PATCH /api/v1/kept-files/{id}", Set.of(Scope.JAILS_WRITE)),
            Map.entry("DELETE /api/v1/kept-files/{id}", BOTH),
            Map.entry("GET /api/v1/pools", Set.of(Scope.POOLS_READ)),
            Map.entry("POST /api/v1/pools", Set.of(Scope.POOLS_WRITE)),
            Map.entry("GET /api/v1/pools/{id}", Set.of(Scope.POOLS_READ)),
            Map.entry("DELETE /api/v1/pools/{id}", Set.of(Scope.POOLS_WRITE)),
            Map.entry("GET /api/v1/pools/{id}/resolver", Set.of(Scope.POOLS_READ)),
            Map.entry("PUT /api/v1/pools/{id}/resolver", Set.of(Scope.POOLS_WRITE)),
            Map.entry("GET /api/v1/hosts/{id}/resolver", Set.of(Scope.HOSTS_READ)),
            Map.entry("PUT /api/v1/hosts/{id}/resolver", Set.of(Scope.HOSTS_WRITE)),
            Map.entry("GET /api/v1/jails", Set.of(Scope.JAILS_READ)),
            Map.entry("POST /api/v1/jails", Set.of(Scope.JAILS_WRITE)),
            Map.entry("GET /api/v1/jails/{id}", Set.of(Scope.JAILS_READ)),
            Map.entry("PUT /api/v1/jails/{id}", BOTH),
            Map.entry("PATCH /api/v1/jails/{id}", BOTH),
            Map.entry("DELETE /api/v1/jails/{id}", BOTH),
            Map.entry("POST /api/v1/jails/{id}/start", POWER),
            Map.entry("POST /api/v1/jails/{id}/stop", POWER),
            Map.entry("POST /api/v1/jails/{id}/restart", POWER),
            Map.entry("POST /api/v1/jails/{id}/move", BOTH),
            Map.entry("POST /api/v1/jails:batch", Set.of(Scope.JAILS_WRITE)),
            Map.entry("POST /api/v1/jails:rollout", Set.of(Scope.JAILS_WRITE)),
            Map.entry("GET /api/v1/jails/{id}/policy", Set.of(Scope.JAILS_READ)),
            Map.entry("GET /api/v1/jails/{id}/policy:explain", Set.of(Scope.JAILS_READ)),
            Map.entry("POST /api/v1/jails/{id}/policy:observe", BOTH),
            Map.entry("GET /api/v1/jails/{id}/denials", Set.of(Scope.JAILS_READ)),
            // The simulation stores nothing.
            Map.entry("POST /api/v1/policies:simulate", Set.of(Scope.JAILS_READ)));

    private final MockMvc http;
    private final Set<String> operations;
    private final UserId walker;

    @Autowired
    ScopesTest(
            MockMvc http, Users users, @Qualifier("requestMappingHandlerMapping") RequestMappingHandlerMapping routes) {
        this.http = http;
        this.operations = operations(routes);
        var operator = Caller.staff(new UserId(UUID.randomUUID()), "ops", Role.OWNER);
        this.walker = users.create(
                        operator,
                        "walker-" + UUID.randomUUID(),
                        "long enough for all",
                        new Membership.Staff(Role.OWNER))
                .id();
    }

    private static Set<String> operations(RequestMappingHandlerMapping routes) {
        Set<String> operations = new TreeSet<>();
        routes.getHandlerMethods().keySet().forEach(route -> {
            for (String path : route.getPatternValues()) {
                for (RequestMethod method : route.getMethodsCondition().getMethods()) {
                    if (path.startsWith(API)) {
                        operations.add(method + " " + path);
                    }
                }
            }
        });
        return operations;
    }

    @Test
    void everyOperationHasItsRule() {
        assertThat(operations).containsExactlyInAnyOrderElementsOf(NEEDED.keySet());
    }

    @Test
    void noScopeOpensWhatItIsNotFor() throws Exception {
        Map<String, String> wrong = new TreeMap<>();
        for (String operation : operations) {
            Set<Scope> needed = NEEDED.getOrDefault(operation, Set.of());
            List<Set<Scope>> carried = new ArrayList<>();
            carried.add(Set.of());
            for (Scope scope : Scope.values()) {
                carried.add(Set.of(scope));
            }
            for (Scope scope : needed) {
                carried.add(without(scope));
            }
            for (Set<Scope> scopes : carried) {
                if (!has(scopes, needed) && status(operation, scopes) != 403) {
                    wrong.put(operation + " with " + scopes, "is open");
                }
            }
            if (status(operation, needed) == 403) {
                wrong.put(operation + " with " + needed, "is closed");
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static boolean has(Set<Scope> scopes, Set<Scope> needed) {
        return needed.stream()
                .allMatch(scope ->
                        scopes.contains(scope) || scope == Scope.JAILS_POWER && scopes.contains(Scope.JAILS_WRITE));
    }

    private static Set<Scope> without(Scope scope) {
        Set<Scope> others = new HashSet<>(Role.OWNER.scopes());
        others.remove(scope);
        if (scope == Scope.JAILS_POWER) {
            // It includes the other one.
            others.remove(Scope.JAILS_WRITE);
        }
        return others;
    }

    private int status(String operation, Set<Scope> scopes) throws Exception {
        int space = operation.indexOf(' ');
        // The test cannot change objects that do not exist.
        String path = operation
                .substring(space + 1)
                .replaceAll("\\{[a-z]+}", UUID.randomUUID().toString());
        var caller = Caller.staff(walker, "walker", Role.OWNER).with(Set.copyOf(scopes));
        return http.perform(request(HttpMethod.valueOf(operation.substring(0, space)), URI.create(path))
                        .header(HttpHeaders.IF_MATCH, "\"1\"")
                        .contentType(contentType(operation))
                        .content("{}")
                        .with(authentication(new CallerAuthentication(caller))))
                .andReturn()
                .getResponse()
                .getStatus();
    }

    private static MediaType contentType(String operation) {
        if (operation.startsWith("PATCH ")) {
            return MediaType.parseMediaType("application/merge-patch+json");
        }
        return operation.endsWith(":batch") ? MediaType.APPLICATION_NDJSON : MediaType.APPLICATION_JSON;
    }
}
