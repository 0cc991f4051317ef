package dev.bailiwick.e2e;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.LimitsDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.figure.HostFigures;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.process.Sysctls;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.DenialAnswer;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.server.BailiwickServer;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.customer.Customer;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.denial.Denials;
import dev.bailiwick.server.figure.Figures;
import dev.bailiwick.server.host.HostConnections;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.SessionId;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.Pools;
import dev.bailiwick.server.plan.PlanTerms;
import dev.bailiwick.server.plan.Plans;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A real server with two hosts that exist only in its database. This class makes their reports, so that tests can see the pages in
 * every state.
 */
final class PagesServer implements AutoCloseable {

    static final String PASSWORD = "correct horse battery";

    private static final Caller OPERATOR = Caller.staff(new UserId(UUID.randomUUID()), "ada", Role.OWNER);

    private final Path directory;
    private final ConfigurableApplicationContext context;
    private final Jails jails;
    private final JailActions actions;
    private final JailReports reports;
    private final HostId connected;
    private final HostId away;
    private final Customer customer;
    private final String token;

    private PagesServer(Path directory, ConfigurableApplicationContext context) {
        this.directory = directory;
        this.context = context;
        this.jails = context.getBean(Jails.class);
        this.actions = context.getBean(JailActions.class);
        this.reports = context.getBean(JailReports.class);
        this.customer = context.getBean(Customers.class).create(OPERATOR, "Halle Online", null);
        Users users = context.getBean(Users.class);
        // Each test has a user of its own, whose sessions no other one ends.
        for (String login : List.of("ada", "bea", "cleo", "ella", "finn", "greta", "hugo", "ivan", "jana")) {
            users.create(OPERATOR, login, PASSWORD, new Membership.Staff(Role.OWNER));
        }
        UserId dora = users.create(OPERATOR, "dora", PASSWORD, new Membership.Staff(Role.OWNER))
                .id();
        this.token = context.getBean(ApiTokens.class)
                .issue(Caller.staff(dora, "dora", Role.OWNER), new TokenRequest("tests", Role.OWNER.scopes(), null))
                .secret();
        users.create(OPERATOR, "karl", PASSWORD, new Membership.Of(customer.id()));
        Pools pools = context.getBean(Pools.class);
        pools.define(OPERATOR, AddressRange.parse("198.18.0.0/16"), Optional.empty(), Egress.OPEN, "demo");
        pools.define(OPERATOR, AddressRange.parse("fdb1:1::/64"), Optional.empty(), Egress.OPEN, "demo");
        this.connected = host("rack-1-slot-3");
        this.away = host("rack-2-slot-7");
        context.getBean(Hosts.class).define(OPERATOR, new HostName("rack-9-slot-1"));
    }

    /** Creates a plan with two versions. */
    void sellPlan(String name) {
        Plans plans = context.getBean(Plans.class);
        PlanTerms first = new PlanTerms(
                Limits.NONE, Sysctls.NONE, null, null, List.of(), List.of(), PlanTerms.Promises.NONE, null);
        PlanTerms second = new PlanTerms(
                new Limits(OptionalLong.of(512L << 20), OptionalInt.of(100), OptionalInt.of(500)),
                Sysctls.NONE,
                1L,
                10L << 30,
                List.of(Profile.HOSTING),
                List.of(new Base.Thin()),
                new PlanTerms.Promises(5, false, true, 7),
                "S-1");
        plans.change(OPERATOR, plans.create(OPERATOR, name, first).id(), second);
    }

    /** Creates a plan that states limits and nothing else. */
    void sellLimits(String name) {
        context.getBean(Plans.class)
                .create(
                        OPERATOR,
                        name,
                        new PlanTerms(
                                new Limits(OptionalLong.of(4L << 30), OptionalInt.of(1000), OptionalInt.of(2000)),
                                Sysctls.NONE,
                                null,
                                null,
                                List.of(),
                                List.of(),
                                PlanTerms.Promises.NONE,
                                null));
    }

    static PagesServer start() throws IOException {
        Path directory = Files.createTempDirectory("bailiwick-pages");
        // The user of PostgreSQL must be able to enter this directory.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        ConfigurableApplicationContext context = new SpringApplicationBuilder(BailiwickServer.class)
                .initializers(TestAccess::install)
                .run(
                        "--bailiwick.database.embedded-directory=" + directory.resolve("postgres"),
                        "--bailiwick.database.port=" + Ports.take(),
                        "--server.port=0",
                        "--management.server.port=0",
                        "--bailiwick.secret-file=" + directory.resolve("secret"),
                        "--bailiwick.link.address=127.0.0.1:0");
        return new PagesServer(directory, context);
    }

    String url(String path) {
        return "https://localhost:" + context.getEnvironment().getRequiredProperty("local.server.port") + path;
    }

    void disable(String login) {
        context.getBean(Users.class).disable(OPERATOR, user(login));
    }

    /** Makes the sessions of the user ones that have shown nothing lately. */
    void forgetFactors(String login) {
        context.getBean(JdbcClient.class).sql("""
                        DELETE FROM web_session_attributes USING web_session
                        WHERE primary_id = session_primary_id AND user_id = ? AND attribute_name = 'factors'
                        """).param(user(login).value()).update();
    }

    private UserId user(String login) {
        return context.getBean(JdbcClient.class)
                .sql("SELECT id FROM app_user WHERE login = ?")
                .param(login)
                .query((row, number) -> new UserId(row.getObject(1, UUID.class)))
                .single();
    }

    /** Creates a jail in each state that a page may show. */
    List<JailView> jailsInEveryState() {
        List<JailView> made = new ArrayList<>();
        Instant now = Instant.now();
        JailView shop = define(connected, "shop", "shop.example.org");
        for (Phase phase : List.of(Phase.RUNNING, Phase.STARTING, Phase.STOPPING, Phase.BACKING_OFF, Phase.REFUSED)) {
            JailView jail = phase == Phase.RUNNING
                    ? shop
                    : define(connected, phase.text() + "-1", phase.text() + ".example.org");
            report(jail, 1, phase, now);
            made.add(jail);
        }
        made.add(define(connected, "pending-1", "pending.example.org"));
        JailView stopped = define(connected, "archive", "archive.example.org");
        actions.stop(OPERATOR, stopped.id());
        report(stopped, 2, Phase.STOPPED, now);
        made.add(define(away, "forum", "forum.halle.example"));
        // The longest name, which offers no place for a break.
        made.add(define(away, "w".repeat(63), "w".repeat(56) + ".example"));
        context.getBean(HostConnections.class).acceptRevision(connected, 1_000);
        // This host disappears without closing its session.
        SessionId session = SessionId.random();
        context.getBean(HostConnections.class)
                .connected(away, session, "0.1.0", HostReports.facts(List.of()), 0, Duration.ofHours(1));
        context.getBean(HostConnections.class).disconnected(away, session);
        return made;
    }

    HostId connectedHost() {
        return connected;
    }

    HostId hostAway() {
        return away;
    }

    /** Creates a host that has never connected. */
    HostId newHost(String name) {
        return context.getBean(Hosts.class).define(OPERATOR, new HostName(name)).id();
    }

    SessionId comes(HostId host) {
        SessionId session = SessionId.random();
        context.getBean(HostConnections.class)
                .connected(host, session, "0.1.0", HostReports.facts(List.of()), 0, Duration.ofHours(1));
        return session;
    }

    void goes(HostId host, SessionId session) {
        context.getBean(HostConnections.class).disconnected(host, session);
    }

    /** Creates a connected host that reports what is wrong with it. */
    HostId brokenHost(String name) {
        HostId id = newHost(name);
        SessionId session = SessionId.random();
        HostConnections connections = context.getBean(HostConnections.class);
        Capability guard = Capability.missing("network.guard", "libnftables.so.1 is not here; no jail starts");
        connections.connected(id, session, "0.1.0", HostReports.facts(List.of(guard)), 0, Duration.ofHours(1));
        connections.noteConditions(
                id,
                session,
                List.of(new Condition(
                        "StateNotStored",
                        "The desired state cannot be stored: /var/lib/bailiwick/agent is on a file system that is full",
                        Instant.now())));
        return id;
    }

    JailView define(HostId host, String name, String hostname) {
        return define(host, name, hostname, "hosting");
    }

    JailView define(HostId host, String name, String hostname, String profile) {
        return jails.define(
                OPERATOR,
                new NewJail(
                        customer.id(),
                        Optional.of(host),
                        Optional.empty(),
                        new DefinitionDraft(
                                name,
                                hostname,
                                null,
                                null,
                                null,
                                new PolicyDraft(
                                        profile,
                                        List.of(
                                                new OverrideDraft(
                                                        "ptrace",
                                                        "deny",
                                                        "Not wanted here; asked for by the customer",
                                                        null,
                                                        null),
                                                new OverrideDraft(
                                                        "io_uring_setup",
                                                        "log",
                                                        "See what the database would use before it is allowed",
                                                        null,
                                                        "2030-01-31T18:00:00Z"))),
                                List.of("/usr/sbin/nginx", "-g", "daemon off;"),
                                null,
                                new LimitsDraft("512MiB", "256", null),
                                null)));
    }

    /** Creates stopped jails of a new customer by one request of the API; four digits follow {@code prefix}. */
    void defineStopped(String customerName, String prefix, int number)
            throws IOException, InterruptedException, GeneralSecurityException {
        Customer other = context.getBean(Customers.class).create(OPERATOR, customerName, null);
        String lines = IntStream.range(0, number)
                .mapToObj(i ->
                        "{\"name\":\"%s%04d\",\"hostname\":\"many.example\",\"customer\":\"%s\",\"wanted\":\"stopped\"}"
                                .formatted(prefix, i, other.id()))
                .collect(Collectors.joining("\n"));
        HttpRequest request = HttpRequest.newBuilder(URI.create(url("/api/v1/jails:batch")))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofString(lines))
                .build();
        // Like other clients of the API: a long body on a new connection.
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(TrustStore.trustingEveryServer())
                .build()) {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 201) {
                throw new IllegalStateException("The batch was not stored: " + answer.body());
            }
        }
    }

    JailView named(String name) {
        JailFilter filter = new JailFilter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(name));
        return jails.list(OPERATOR, filter, JailOrder.NEWEST_FIRST, Optional.empty(), 1)
                .jails()
                .getFirst();
    }

    /** Retires the jail, and reports for its host that nothing of it is left. */
    void remove(JailView jail) {
        actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);
        report(jail, find(jail).generation(), Phase.REMOVED, Instant.now());
    }

    void report(JailView jail, long generation, Phase phase, Instant at) {
        reports.apply(jail.host(), List.of(HostReports.of(jail, generation, phase, at)));
    }

    /** Adds blocked calls, as if the jail's host had counted them. */
    void refused(JailView jail, String call, DenialAnswer answer, long times) {
        context.getBean(Denials.class)
                .count(
                        jail.host(),
                        UUID.randomUUID(),
                        1,
                        List.of(new Denial(
                                jail.id(),
                                call,
                                answer,
                                times,
                                false,
                                Instant.now().truncatedTo(ChronoUnit.MICROS))));
    }

    /** Adds figures, as if the jail's host had measured them. */
    void used(JailView jail, JailFigures figures) {
        context.getBean(Figures.class).store(jail.host(), List.of(figures));
        context.getBean(Figures.class).announce(jail.host());
    }

    /** Adds figures of a host, as if it had measured them. */
    void used(HostId host, HostFigures figures) {
        context.getBean(Figures.class).storeOfHost(host, List.of(figures));
        context.getBean(Figures.class).announce(host);
    }

    /** Ends all sessions, as if they had expired. */
    void endSessions() {
        context.getBean(JdbcClient.class).sql("DELETE FROM web_session").update();
    }

    /** Gives the jail this definition, whatever generation it has. */
    JailView redefine(JailView jail, DefinitionDraft draft) {
        return jails.redefine(OPERATOR, jail.id(), find(jail).generation(), draft);
    }

    JailView find(JailView jail) {
        return jails.find(OPERATOR, jail.id());
    }

    private HostId host(String name) {
        Hosts hosts = context.getBean(Hosts.class);
        HostId id = hosts.define(OPERATOR, new HostName(name)).id();
        Capability memory = Capability.missing(
                "cgroup.memory",
                "the kernel has no memory controller in cgroup v2; a definition with a memory limit is rejected here");
        context.getBean(HostConnections.class)
                .connected(id, SessionId.random(), "0.1.0", HostReports.facts(List.of(memory)), 0, Duration.ofHours(1));
        return id;
    }

    @Override
    public void close() throws IOException {
        context.close();
        Installation.delete(directory);
    }
}
