package dev.bailiwick.server.fuzz;

import static dev.bailiwick.server.Fleet.named;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.difference.ReportedDifferences;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.secret.SealingKey;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;

/**
 * A host with jails of a customer, removed jails and their files, and everybody who can send requests about them.
 *
 * @param programs by whose name, the header {@code Authorization} of requests to the API; empty for nobody's
 * @param people by whose name, the header {@code Cookie} of requests to the pages; empty for nobody's
 * @param ids by the name of the collection in paths, ids that exist
 */
record World(Map<String, String> programs, Map<String, String> people, Map<String, List<String>> ids) {

    /** Creates worlds, each with its own customer: a customer may only make a number of changes a minute. */
    record Maker(
            int port,
            Fleet.Fixtures fixtures,
            Users users,
            ApiTokens tokens,
            SessionRepository<?> sessions,
            SealingKey key,
            Jails jails,
            JailActions actions,
            JailReports reports,
            ReportedDifferences differences,
            JdbcClient jdbc) {

        World make() throws IOException, InterruptedException {
            HostId host = fixtures.connectedHostWithPool();
            CustomerId customer = fixtures.customer();
            List<JailView> running = new ArrayList<>();
            for (String name : List.of("web", "db", "mail")) {
                running.add(define(host, customer, name));
            }
            JailView gone = define(host, customer, "gone");
            actions.retire(Fleet.OPERATOR, gone.id(), FilesFate.KEPT);
            reports.apply(host, List.of(Fleet.report(gone.id(), 2, Phase.REMOVED, Instant.now())));
            differ(host, customer, gone);
            User operator = users.create(Fleet.OPERATOR, login("o"), PASSWORD, new Membership.Staff(Role.OWNER));
            User owner = users.create(Fleet.OPERATOR, login("c"), PASSWORD, new Membership.Of(customer));
            Caller asOperator = Caller.staff(operator.id(), operator.login(), Role.OWNER);
            Caller asOwner = Caller.ownerOf(customer, owner.id(), owner.login());
            Map<String, String> programs = new HashMap<>(Map.of("nobody", "", "a bad token", "Bearer bw_nothing"));
            programs.put("operator", bearer(asOperator, Role.OWNER.scopes()));
            programs.put("operator, reading jails", bearer(asOperator, Set.of(Scope.JAILS_READ)));
            programs.put("customer", bearer(asOwner, Role.CUSTOMER.scopes()));
            programs.put("customer, reading tokens", bearer(asOwner, Set.of(Scope.TOKENS_READ)));
            Map<String, String> people = new HashMap<>();
            people.put("nobody", cookies(new Visitor(port), "/sign-in"));
            people.put("operator", cookies(signedIn(operator), "/account"));
            people.put("customer", cookies(signedIn(owner), "/account"));
            Map<String, List<String>> ids = new HashMap<>();
            ids.put("jails", running.stream().map(jail -> jail.id().toString()).toList());
            ids.put("hosts", List.of(host.toString()));
            ids.put("customers", List.of(customer.toString()));
            // Somebody else's: a request that disables its sender would be the last that is carried out.
            User other = users.create(Fleet.OPERATOR, login("x"), PASSWORD, new Membership.Of(customer));
            ids.put("users", List.of(other.id().toString()));
            TokenRequest spare = new TokenRequest("other", Set.of(Scope.JAILS_READ), null);
            ids.put(
                    "tokens",
                    List.of(tokens.issue(asOperator, spare).token().id().toString()));
            ids.put("pools", all("SELECT id::text FROM address_pool WHERE host_id = ?", host.value()));
            ids.put("removed-jails", List.of(gone.id().toString()));
            ids.put("kept-files", all("SELECT id::text FROM kept_files WHERE host_id = ?", host.value()));
            return new World(programs, people, ids);
        }

        /** Lets the host report two jails that the server does not know. */
        private void differ(HostId host, CustomerId customer, JailView like) {
            List<Difference> unknown = List.of(Jails.fresh(), Jails.fresh()).stream()
                    .map(id -> new DesiredJail.Present(id, 7, like.definition(), customer.toString()))
                    .map(present -> new Difference(present, new Hold(Hold.Kind.UNKNOWN, 7)))
                    .toList();
            differences.take(host, UUID.randomUUID(), unknown, true);
        }

        private List<String> all(String sql, UUID owner) {
            return jdbc.sql(sql)
                    .param(owner)
                    .query((row, _) -> row.getString(1))
                    .list();
        }

        private JailView define(HostId host, CustomerId customer, String name) {
            JailView jail = jails.define(
                    Fleet.OPERATOR,
                    new NewJail(customer, Optional.of(host), Optional.of("order-" + name + "-" + host), named(name)));
            reports.apply(host, List.of(Fleet.report(jail.id(), 1, Phase.RUNNING, Instant.now())));
            return jail;
        }

        private static String login(String kind) {
            return kind + "-" + UUID.randomUUID();
        }

        private String bearer(Caller caller, Set<Scope> scopes) {
            return "Bearer "
                    + tokens.issue(caller, new TokenRequest("fuzz", scopes, null))
                            .secret();
        }

        private Visitor signedIn(User user) {
            Visitor visitor = new Visitor(port);
            visitor.signIn(sessions, key, user);
            return visitor;
        }

        /** Returns the cookies after a visit to a page with a form, which sets the one for its token. */
        private static String cookies(Visitor visitor, String page) throws IOException, InterruptedException {
            visitor.get(page);
            StringBuilder header = new StringBuilder();
            visitor.cookies()
                    .forEach((name, value) -> header.append(header.isEmpty() ? "" : "; ")
                            .append(name)
                            .append('=')
                            .append(value));
            return header.toString();
        }
    }

    static final String PASSWORD = "correct horse battery";

    World {
        // Sorted, so that the same seed chooses the same.
        programs = new TreeMap<>(programs);
        people = new TreeMap<>(people);
        ids = new TreeMap<>(ids);
    }

    /** Returns an id that exists. */
    String first(String collection) {
        return ids.getOrDefault(collection, List.of()).getFirst();
    }

    /** Returns the header {@code Authorization} of a program; empty for nobody. */
    String bearer(String program) {
        return programs.getOrDefault(program, "");
    }
}
